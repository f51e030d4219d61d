import { beforeAll, describe, expect, it } from 'vitest';
import { fromBase64, fromUtf8, utf8 } from './bytes';
import { WrongPin, changePin, isPin, newVault, open, openVault, reopened, seal } from './vault';
import type { Bytes } from './bytes';

const INFO = utf8('tuantra phone storage 1');

describe('storage at rest', () => {
  let unit: CryptoKeyPair;
  beforeAll(async () => {
    unit = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
  });

  it('opens with its PIN and with no other', async () => {
    const { wraps, key } = await newVault('402917', null);
    const sealed = await seal(key, utf8('điểm trồng'));
    const again = await openVault(wraps, '402917');
    expect(fromUtf8(await open(again, sealed))).toBe('điểm trồng');
    await expect(openVault(wraps, '402918')).rejects.toBeInstanceOf(WrongPin);
  });

  it('keeps its content under another PIN', async () => {
    const { wraps, key } = await newVault('402917', null);
    const sealed = await seal(key, utf8('x'));
    const changed = await changePin(wraps, '402917', '771203');
    await expect(openVault(changed, '402917')).rejects.toBeInstanceOf(WrongPin);
    expect(fromUtf8(await open(await openVault(changed, '771203'), sealed))).toBe('x');
  });

  it("is opened by the unit's private key when the PIN is forgotten", async () => {
    const jwk = await crypto.subtle.exportKey('jwk', unit.publicKey);
    const { wraps, key } = await newVault('402917', { key_id: 'unit', jwk });
    const sealed = await seal(key, utf8('x'));
    const raw = await byUnit(wraps.unit as NonNullable<typeof wraps.unit>);
    const opened = await reopened(wraps, raw, '771203');
    expect(fromUtf8(await open(opened.key, sealed))).toBe('x');
    expect(fromUtf8(await open(await openVault(opened.wraps, '771203'), sealed))).toBe('x');
  });

  it('takes no PIN that anybody would try first', () => {
    expect(['402917', '40291734'].every(isPin)).toBe(true);
    expect(['12345', '111111', '123456', '987654', 'abcdef', ''].some(isPin)).toBe(false);
  });

  async function byUnit(wrap: { ephemeral: { x: string; y: string }; iv: string; key: string }): Promise<Bytes> {
    const jwk = { kty: 'EC', crv: 'P-256', ...wrap.ephemeral };
    const curve = { name: 'ECDH', namedCurve: 'P-256' };
    const theirs = await crypto.subtle.importKey('jwk', jwk, curve, false, []);
    const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, unit.privateKey, 256);
    const hkdf = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
    const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: INFO };
    const aes = await crypto.subtle.deriveKey(how, hkdf, { name: 'AES-GCM', length: 256 }, false, ['decrypt']);
    const iv = fromBase64(wrap.iv);
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, aes, fromBase64(wrap.key)));
  }
});
