// The words about an account's id; they come with what shows it.
import { dictionary } from "../../i18n/dictionary.svelte";

const vi = {
	own: "Tài khoản của tôi",
	"own.roles": "Quyền trong phiên này do quản trị viên cấp.",
	id: "Mã tài khoản để nhập vào máy hiện trường",
	"id.hint":
		"Trong cài đặt của ứng dụng hiện trường, người dùng máy quét mã QR này hoặc dán mã. Có mã tài khoản, việc xác nhận của người đó trên máy mới tính cho mức A. Mã không phải mật khẩu.",
	qr: "Mã QR của mã tài khoản",
	show: "Mã cho máy hiện trường",
	copy: "Chép mã",
} as const;
const en: Record<keyof typeof vi, string> = {
	own: "My account",
	"own.roles": "An administrator gives the rights of this session.",
	id: "Account id to enter in the field app",
	"id.hint":
		"In the settings of the field app the phone's user scans this QR code or pastes the id. Only with it do that person's confirmations on the phone count for grade A. It is no password.",
	qr: "QR code of the account id",
	show: "Id for the field app",
	copy: "Copy id",
};
export const { t: a } = dictionary(vi, en);
