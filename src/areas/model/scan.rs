//! Reads bytes of JSON one value at a time, knowing only strings and brackets; nothing is kept but the value at hand.

use std::io::{BufReader, ErrorKind, Read};

use super::faults::Reason;

const BUFFER_BYTES: usize = 64 * 1024;
const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// A reader of bytes with one byte of sight and a limit.
pub(super) struct Scanner<R> {
    input: BufReader<R>,
    next: Option<u8>,
    read_bytes: u64,
    max_bytes: u64,
}

impl<R: Read> Scanner<R> {
    pub fn new(input: R, max_bytes: u64) -> Self {
        Self {
            input: BufReader::with_capacity(BUFFER_BYTES, input),
            next: None,
            read_bytes: 0,
            max_bytes,
        }
    }

    /// The next byte, left in place; `None` at the end of the file.
    pub fn peek(&mut self) -> Result<Option<u8>, Reason> {
        if self.next.is_none() {
            let mut byte = [0];
            self.next = match self.input.read_exact(&mut byte) {
                Ok(()) => Some(self.counted(byte[0])?),
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
                Err(error) => return Err(Reason::Unreadable(error.kind())),
            };
        }
        Ok(self.next)
    }

    fn counted(&mut self, byte: u8) -> Result<u8, Reason> {
        self.read_bytes += 1;
        let in_bounds = self.read_bytes <= self.max_bytes;
        if in_bounds {
            Ok(byte)
        } else {
            Err(Reason::FileTooLarge {
                max_bytes: self.max_bytes,
            })
        }
    }

    /// Takes the next byte.
    pub fn bump(&mut self) -> Result<Option<u8>, Reason> {
        let byte = self.peek()?;
        self.next = None;
        Ok(byte)
    }

    /// The next byte after white space and record separators (RFC 8142), left in place.
    pub fn peek_token(&mut self) -> Result<Option<u8>, Reason> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n' | 0x1E) = self.peek()? {
            self.next = None;
        }
        self.peek()
    }

    /// Takes a byte order mark at the start of the file.
    pub fn skip_mark(&mut self) -> Result<(), Reason> {
        if self.peek()? == Some(BYTE_ORDER_MARK[0]) {
            for expected in BYTE_ORDER_MARK {
                if self.bump()? != Some(expected) {
                    return Err(Reason::NotJson);
                }
            }
        }
        Ok(())
    }

    /// Appends the next JSON value to `out`, brackets balanced; its grammar is left to the parser.
    pub fn value(&mut self, out: &mut Vec<u8>, max_bytes: usize) -> Result<(), Reason> {
        let limit = out.len().saturating_add(max_bytes);
        let mut depth = 0_usize;
        self.peek_token()?;
        loop {
            let byte = self.peek()?.ok_or(Reason::Truncated)?;
            let is_scalar_end = matches!(
                byte,
                b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n' | 0x1E
            );
            if depth == 0 && is_scalar_end {
                return Ok(());
            }
            self.next = None;
            out.push(byte);
            if out.len() > limit {
                return Err(Reason::FeatureTooLarge { max_bytes });
            }
            match byte {
                b'"' => self.string_rest(out, limit, max_bytes)?,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => continue,
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn string_rest(
        &mut self,
        out: &mut Vec<u8>,
        limit: usize,
        max_bytes: usize,
    ) -> Result<(), Reason> {
        let mut is_escaped = false;
        loop {
            let byte = self.bump()?.ok_or(Reason::Truncated)?;
            out.push(byte);
            if out.len() > limit {
                return Err(Reason::FeatureTooLarge { max_bytes });
            }
            match byte {
                b'"' if !is_escaped => return Ok(()),
                b'\\' => is_escaped = !is_escaped,
                _ => is_escaped = false,
            }
        }
    }
}
