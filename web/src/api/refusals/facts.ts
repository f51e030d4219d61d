// What doors say that a phone uses too, in Vietnamese: the server's own wording, `{}` for what it fills in, and ours with
// `{0}`, `{1}` for the same. What is filled in is told in Vietnamese where it is a wording itself.
export const FACTS: Record<string, string> = {
	// Titles of refusals, by kind (`src/http/problem.rs`).
	"The body cannot be read": "Nội dung gửi lên không đọc được",
	"A parameter cannot be accepted": "Có thông số không nhận được",
	"A header cannot be accepted": "Yêu cầu này không đúng dạng",
	"A valid token is needed": "Cần đăng nhập lại",
	"A valid secret is needed as the password": "Mật khẩu phải là mã bí mật còn hiệu lực",
	"You do not have the right to do this": "Tài khoản này không có quyền làm việc này",
	"This server is reached by HTTPS only; a secret that came in the open should be replaced":
		"Máy chủ này chỉ nhận qua HTTPS",
	"The place lies outside your communes; the content is kept aside":
		"Nơi này nằm ngoài địa bàn của tài khoản; nội dung được giữ riêng",
	"There is no such thing": "Không tìm thấy",
	"This path does not know this method": "Đường dẫn này không nhận cách gửi đó",
	"This id is already used for other content; both are kept":
		"Mã này đã dùng cho nội dung khác; cả hai đều được giữ",
	"This revises a version that is no longer the latest":
		"Có người đã sửa trước. Tải lại rồi sửa trên bản mới",
	"Somebody has changed this since it was read": "Có người đã sửa sau khi đọc. Tải lại rồi sửa trên bản mới",
	"The present state does not allow this": "Trạng thái hiện tại không cho phép làm việc này",
	"The content is larger than accepted here": "Nội dung lớn hơn mức nhận được",
	"The content type is not understood here": "Không nhận loại tệp này",
	"Some values cannot be accepted": "Có nội dung chưa nhận được",
	"The bytes are not those that were announced; they are kept aside":
		"Tệp nhận được không đúng tệp đã báo; được giữ riêng",
	"This has ended": "Mục này đã hết hạn",
	"Another request is changing this; try again soon": "Đang có người sửa mục này. Thử lại sau ít giây",
	"The upload does not go on there": "Phần gửi tiếp không khớp phần đã có",
	"This version of the protocol is not spoken here": "Máy chủ không dùng phiên bản giao thức này",
	"The bytes are not what their checksum says; send them again":
		"Phần vừa gửi bị hỏng trên đường truyền: gửi lại",
	"There is no room left; what was acknowledged is kept":
		"Máy chủ hết chỗ chứa; những gì đã nhận vẫn được giữ",
	"Too many requests; try again later": "Gửi quá nhiều lần. Thử lại sau",
	"The bytes kept here are no longer those that were recorded; nothing was handed out":
		"Tệp lưu trên máy chủ không còn đúng như đã ghi nhận nên không được đưa ra; báo người quản trị máy chủ",
	"The server failed; nothing was acknowledged": "Máy chủ gặp lỗi; chưa có gì được ghi",
	"The server cannot do this now; nothing was acknowledged": "Máy chủ đang bận; chưa có gì được ghi",
	"The request took too long": "Máy chủ làm quá lâu",

	// Values of any document.
	"expected text": "cần có chữ",
	"expected a text": "cần có chữ",
	"expected a number": "cần một số",
	"expected a whole number": "cần một số nguyên",
	"expected a whole number from 0 to {}": "cần số nguyên từ 0 đến {0}",
	"expected 1 to {}": "cần từ 1 đến {0}",
	"expected 1 to {} characters": "cần từ 1 đến {0} ký tự",
	"expected at most {} characters": "nhiều nhất {0} ký tự",
	"longer than {} characters": "dài quá {0} ký tự",
	"expected one of {}": "cần một trong các giá trị: {0}",
	"expected only {}": "chỉ nhận: {0}",
	"not {}: expected one of {}": "giá trị không có trong danh mục; cần một trong: {1}",
	"expected 64 hexadecimal digits": "cần 64 chữ số hệ 16",
	"not a SHA-256: expected 64 hexadecimal digits": "không phải mã SHA-256: cần 64 chữ số hệ 16",
	"expected base64url of 32 bytes": "cần 32 byte viết theo base64url",
	"not an id: expected a UUID such as 01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4":
		"không phải mã số hợp lệ: cần một UUID",
	"expected a UUID such as 01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4": "cần một mã số UUID",
	"not a cursor of this list: start again without it": "danh sách đã thay đổi: mở lại từ đầu",
	"cursor: not a cursor of this list: start again without it": "danh sách đã thay đổi: mở lại từ đầu",
	"not a cursor of this list": "danh sách đã thay đổi: mở lại từ đầu",
	"cursor: not one of this caller's present rights and epoch of the log: start again without it":
		"quyền của tài khoản hoặc sổ của máy chủ đã đổi: tải lại từ đầu",
	"limit: expected 1 to {}": "mỗi lần lấy được từ 1 đến {0} mục",
	"max_bytes: expected 1024 to {}": "mỗi lần lấy được từ 1024 đến {0} byte",

	// Days and times.
	"not a time: expected RFC 3339 with an offset, such as 2026-03-02T07:31:05+07:00":
		"không phải thời điểm đầy đủ: cần ngày, giờ và múi giờ",
	"not a date: expected YYYY-MM-DD, such as 2026-03-02": "không phải ngày: cần ngày như 02/03/2026",
	"not a season: expected a year such as 2026, or two such as 2025-2026":
		"không phải niên vụ: cần một năm như 2026, hoặc hai năm như 2025-2026",
	"expected a season such as 2025-2026": "cần niên vụ như 2025-2026",
	"expected a past time; check the device's clock": "giờ phải là giờ đã qua; kiểm tra đồng hồ của máy",
	"more than 24 h ahead of the server: expected a past time; check the device's clock":
		"đi trước máy chủ quá 24 giờ: giờ phải là giờ đã qua; kiểm tra đồng hồ của máy",
	"expected an end after the start": "giờ kết thúc phải sau giờ bắt đầu",
	"before the start": "trước giờ bắt đầu",
	"before the year 2000: the clock was not set": "trước năm 2000: đồng hồ của máy chưa được đặt",
	"lies before `from`": "trước mốc bắt đầu",

	// Places.
	"expected the code of a commune of today": "cần mã xã hiện nay",
	"expected the code of a commune of today; meant was perhaps {}": "không có xã mang mã này; có lẽ là {0}",
	"{}: expected the code of a commune of today": "không có xã mang mã {0}",
	"{}: expected the code of a commune of today; meant was perhaps {}":
		"không có xã mang mã {0}; có lẽ là {1}",
	"not a position: longitude must lie in -180..180 and latitude in -90..90 degrees":
		"không phải vị trí: kinh độ từ -180 đến 180, vĩ độ từ -90 đến 90",
	"{}, longitude first": "{0}; kinh độ viết trước",
	"expected both lon and lat, or neither": "cần đủ kinh độ và vĩ độ, hoặc bỏ cả hai",
	"expected [longitude, latitude] or [longitude, latitude, altitude]":
		"cần kinh độ, vĩ độ, và có thể thêm độ cao",
	"not on the plane of this meridian: {}": "không thuộc múi chiếu của kinh tuyến trục này: {0}",
	"the plane does not reach there": "múi chiếu không tới nơi đó",

	// Who may do what.
	"expected a named account of an organisation":
		"tài khoản này chưa thuộc đơn vị nào: người quản trị cần ghi đơn vị",
	"expected an account of another organisation than the author's": "cần người của đơn vị khác đơn vị đã lập",
	"expected an account of another organisation than the units in question":
		"cần người của đơn vị khác các đơn vị liên quan",
	"expected an account that the author, and who enrolled the author's phone, is not and did not create":
		"cần người khác với người lập, người cấp máy và không do họ tạo tài khoản",
	"expected another plot within your reach": "cần một điểm trồng khác trong địa bàn của tài khoản",
	"expected a plot within your reach": "cần một điểm trồng trong địa bàn của tài khoản",
	"only who recorded the plot, or an officer of its commune, takes it back":
		"chỉ người đã ghi điểm trồng này, hoặc cán bộ phụ trách xã đó, được thu hồi",
	"a device records for its own team": "máy chỉ ghi cho tổ của mình",
	"no such team": "không có tổ này",
	"no such organisation": "không có đơn vị này",
	"name it: you have none of your own": "cần ghi rõ: tài khoản này chưa thuộc tổ hay đơn vị nào",
	"a session's changes must come from this site's own pages":
		"thay đổi phải được gửi từ chính trang này: tải lại trang",
	"this device sends more than is taken from one device":
		"máy này gửi nhiều hơn mức nhận từ một máy; chờ rồi gửi tiếp",
	"the device was revoked": "máy này đã bị thu quyền",
	"the code is unknown, spent or expired": "mã không đúng, đã dùng hoặc hết hạn",
	"matches no enrolment that waits": "không khớp với máy nào đang chờ ghi danh",
	"another account than the one that enrolled the device must confirm its key":
		"khóa của máy phải do một tài khoản khác tài khoản đã cấp máy xác nhận",
	"this key is another device's": "khóa này là của máy khác",
	"the key is another device's": "khóa này là của máy khác",
	"a device has at most {} keys: enrol it anew": "mỗi máy có nhiều nhất {0} khóa: ghi danh lại máy",
	"expected the request to be signed by this key, with seq=0": "yêu cầu phải được ký bằng chính khóa này",
	"expected the twelve digits that the phone shows": "cần 12 chữ số đang hiện trên điện thoại",
	"expected at most 1,024 bytes in base64": "nhiều nhất 1.024 byte, viết theo base64",
	"this is no key that was sealed to this server": "khóa này không được niêm cho máy chủ này",
	"expected a sealed storage key": "cần khóa lưu trữ đã niêm",
	"expected a key of 32 bytes": "cần khóa 32 byte",

	// Facts that came before.
	"the patrol is {}": "cuộc tuần tra đang ở trạng thái: {0}",
	"what is held outside patrols is for its holder alone":
		"vị trí ngoài các cuộc tuần tra chỉ người giữ máy đó xem được",
	"the server's disk takes no writes: nothing was stored, send it again later":
		"ổ đĩa máy chủ đang không ghi được: chưa lưu gì, gửi lại sau",
	"the patrol was never held": "cuộc tuần tra này không bị giữ theo yêu cầu tố tụng",
	"too much of this author was set apart today":
		"hôm nay đã có quá nhiều nội dung của tài khoản này phải để riêng; báo cán bộ xử lý",
	"too much of yours was set apart today: mend what you send":
		"hôm nay đã có quá nhiều nội dung phải để riêng: sửa lại trước khi gửi tiếp",
	"this author's share of what is kept aside in a day is used up":
		"hôm nay đã để riêng hết mức của người này; mai gửi lại",
	"versions count from 1": "phiên bản được đếm từ 1",
	"there is no version to revise yet": "chưa có bản nào để sửa",
	"expected the id of another, earlier fact": "cần mã của một mục khác, đã ghi trước",
	"no such version of this plot": "điểm này không có bản ghi đó: tải lại rồi xem bản mới",
	"no such eradication of this plot": "điểm này không có lần phá nhổ đó: tải lại rồi xem bản mới",
	"no such return of this plot": "điểm này không có lần trả lại đó",
	"expected the unit whose work was sent back": "cần đơn vị có việc bị trả lại",
	"expected the id of an entry that is numbered already": "cần mã của một mục đã vào sổ",
	"say why": "cần nêu lý do",

	// Patrols and their fixes.
	"the members must sum to at most {}": "tổng số người của các lực lượng nhiều nhất là {0}",
	"expected the end of a patrol that stands on paper": "cuộc tuần tra ghi từ giấy cần có giờ kết thúc",
	"more than {} fixes: send them in parts": "hơn {0} điểm định vị: gửi thành nhiều phần",
	"{} fixes are more than a chunk of {} holds":
		"{0} điểm định vị, nhiều hơn một phần chứa được ({1}): gửi thành nhiều phần",
	"the coded bits end too early": "dữ liệu tuyến bị cắt giữa chừng: gửi lại",
	"not a chunk of fixes, or of an unknown version":
		"không phải dữ liệu tuyến, hoặc do phiên bản ứng dụng mà máy chủ chưa biết ghi",
	"the announced number of fixes is impossible": "số điểm định vị đã báo không hợp lý",
	"a column has an unknown coding": "dữ liệu tuyến có cách mã hóa mà máy chủ chưa biết: cập nhật ứng dụng",
	"a figure lies outside its field": "có số nằm ngoài khoảng cho phép",
	"the fixes are not in ascending order": "các điểm định vị không theo thứ tự thời gian",
	"bytes follow the last column": "dữ liệu tuyến có phần thừa ở cuối",
	"expected a coded chunk of fixes": "cần một phần dữ liệu tuyến",
	"the fix has no time": "điểm định vị không có giờ",
	"the position is not a number": "tọa độ không phải là số",
	"the position lies outside -180..180, -90..90 degrees": "tọa độ nằm ngoài khoảng kinh độ, vĩ độ",
	"the position is 0, 0, which means no position": "tọa độ 0, 0 nghĩa là chưa định vị được",
	"the accuracy is negative or no number, which marks an invalid position":
		"sai số âm hoặc không phải là số: vị trí này không dùng được",
	"the time lies before the year 2000": "giờ trước năm 2000: kiểm tra đồng hồ của máy",
	"the time lies 1,024 weeks early: the receiver missed a rollover of GPS weeks; set its clock anew, or its firmware":
		"giờ lùi 1.024 tuần: máy định vị đếm sai tuần GPS; đặt lại đồng hồ hoặc cập nhật phần mềm của máy",
	"the time lies more than 24 hours after the receipt":
		"giờ đi trước lúc nhận quá 24 giờ: kiểm tra đồng hồ của máy",
	"the fixes lie outside the patrol's time: expected a patrol of their time; correct this one's times, or record a patrol of their own, which takes them / vị trí ngoài giờ của chuyến: sửa giờ của chuyến, hoặc ghi một chuyến riêng cho các vị trí đó":
		"vị trí nằm ngoài giờ của cuộc tuần tra: sửa giờ của cuộc này, hoặc ghi một cuộc riêng cho các vị trí đó",

	// Plots and how they were measured.
	"expected Feature": "cần một đối tượng GeoJSON (Feature)",
	"expected a GeoJSON Polygon": "cần một đa giác GeoJSON (Polygon)",
	"expected Point; an outline goes into properties.outline": "cần một điểm (Point); vòng đo ghi ở mục riêng",
	"expected the coordinates as they were typed": "cần tọa độ như đã nhập",
	"expected shape rectangle or triangle": "luống phải là hình chữ nhật hoặc tam giác",
	"expected length and width of a rectangle, or base and height or the sides a, b, c of a triangle, each as *_m or as *_paces":
		"cần chiều dài và chiều rộng của hình chữ nhật, hoặc đáy và chiều cao hay ba cạnh của tam giác, tính bằng mét hoặc bước chân",
	"sides in paces need pace_m, the length of one pace, from 0.3 to 1.5 m":
		"đo bằng bước chân thì cần độ dài một bước, từ 0,3 đến 1,5 m",
	"expected sides longer than 0 and up to 1,000 m": "mỗi cạnh phải dài hơn 0 và nhiều nhất 1.000 m",
	"the sides do not close a triangle: each must be shorter than the other two together":
		"ba cạnh này không khép thành tam giác: mỗi cạnh phải ngắn hơn tổng hai cạnh kia",
	"expected a count from 1 to 1,000": "số luống phải từ 1 đến 1.000",
	"expected 1 to 200 beds": "cần từ 1 đến 200 luống",
	"expected at most 50,000 m²": "nhiều nhất 50.000 m²",
	"expected an area above 0 and up to 50,000 m²": "diện tích phải trên 0 và nhiều nhất 50.000 m²",
	"expected beds of together up to 50,000 m²": "tổng diện tích các luống nhiều nhất 50.000 m²",
	"expected either area_m2 or beds, not both": "chọn một: diện tích, hoặc các luống",
	"expected plants, or an area by area_m2, beds or an outline of 2,000 m² and more":
		"cần số cây, hoặc diện tích: nhập số, đo các luống, hoặc đi vòng quanh mép từ 2.000 m² trở lên",
	"a walked edge measures only from 2,000 m²: expected tape or paces (area_m2 or beds), or confirmed_small_outline":
		"đi vòng quanh mép chỉ đo được từ 2.000 m²: đo bằng thước hoặc bước chân, hoặc xác nhận vòng nhỏ",
	"expected one ring; a plot with a hole is drawn as several plots":
		"chỉ một vòng; điểm trồng có khoảng trống ở giữa thì ghi thành nhiều điểm",
	"expected at most 1,000 positions": "nhiều nhất 1.000 đỉnh",
	"expected positions [longitude, latitude] in degrees": "mỗi đỉnh cần kinh độ và vĩ độ tính bằng độ",
	"expected a closed ring: the last position must repeat the first":
		"vòng chưa khép: đỉnh cuối phải trùng đỉnh đầu",
	"expected at least three different positions": "cần ít nhất ba đỉnh khác nhau",
	"the edge crosses or touches itself: expected a simple ring":
		"đường mép tự cắt hoặc tự chạm: cần một vòng đơn",
	"expected the incident's code or title": "cần mã hoặc tên vụ việc",

	// What was done there.
	"expected either the minutes or minutes_pending, not both": "chọn một: số biên bản, hoặc chờ biên bản",
	"expected one or more of pull_up, cut, spray, burn, plough":
		"cần ít nhất một cách phá: nhổ, chặt, phun, đốt, cày",
	"expected what was destroyed: plants_destroyed, area_m2_destroyed or weight_kg":
		"cần ghi đã phá gì: số cây, diện tích hoặc khối lượng",
	"something remains: expected partial": "còn lại một phần: phải ghi là phá một phần",
	"{} people are counted: expected a second member's confirmation":
		"có {0} người tham gia: cần người thứ hai xác nhận",
	"expected false: a second member's organisation is named":
		"đã ghi đơn vị của người thứ hai, nên không thể ghi là làm một mình",
	"expected at most 100 samples": "nhiều nhất 100 mẫu vật",
	"a confirmed crop is measured: expected plants, area_m2 or weight_kg, as counted or as accepted":
		"đã xác nhận loại cây thì cần số đo: số cây, diện tích hoặc khối lượng, đếm được hoặc được công nhận",
	"something stands: expected resprout, standing or replanted, or no plants and no area":
		"còn cây: cần ghi mọc lại, còn nguyên hoặc tái trồng; nếu không thì bỏ số cây và diện tích",
	"expected either the eradication or the version of the recording that was read":
		"cần nêu một: lần phá nhổ, hoặc bản ghi đã xem",
	"no telephone or identity numbers: say it without them":
		"không ghi số điện thoại, số định danh: viết lại không có số đó",

	// Photos and their bytes.
	"expected the original's length, 1 to {} bytes": "cần dung lượng của ảnh gốc, từ 1 đến {0} byte",
	"expected at most 65,536 bytes": "nhiều nhất 65.536 byte",
	"{}: expected a JPEG, PNG or WebP of at most 65,536 bytes and 640 pixels on its longer side":
		"ảnh nhỏ xem trước không dùng được: cần JPEG, PNG hoặc WebP, nhiều nhất 65.536 byte, cạnh dài 640 điểm ảnh",
	"at most {} unspent ones are held": "mỗi máy giữ nhiều nhất {0} mã chưa dùng",
	"ask for the offset by HEAD and go on there": "phần đã gửi không khớp: hỏi lại rồi gửi tiếp",
	"expected the length that was told before, not less than the offset":
		"dung lượng phải như đã báo, và không nhỏ hơn phần đã gửi",
	"the upload is another photo's": "phần tải lên này là của ảnh khác",
	"too many uploads, or too many bytes, are open: finish or delete some":
		"đang mở quá nhiều lượt tải lên: gửi xong hoặc bỏ bớt",
	"the body ended early or could not be inflated": "đường truyền bị ngắt: gửi lại",
	"the original is not in the log's tree yet; ask again in a few seconds":
		"ảnh gốc đang được vào sổ; thử lại sau vài giây",
	"expected a whole number of bytes, not negative": "số byte phải là số nguyên, không âm",
	"expected pairs such as `filename YS5qcGc=,photo …`: keys in ASCII, each once, values in base64, 4096 bytes at most":
		"phần mô tả tệp tải lên không đúng dạng",
	"photo: expected the photo's UUID in base64": "phần mô tả tệp thiếu mã ảnh",
	"expected one of sha1, sha256, md5, a space and the digest in base64":
		"tổng kiểm của phần gửi không đúng dạng",
	"expected the offset in bytes": "cần vị trí gửi tiếp, tính bằng byte",
	"expected 1.0.0": "phiên bản giao thức tải lên phải là 1.0.0",
	"expected PATCH, DELETE or HEAD": "phương thức không được nhận ở đây",
	"expected Content-Type: application/offset+octet-stream": "loại nội dung của phần gửi không đúng",
	"expected the length in bytes, or Upload-Defer-Length: 1":
		"cần dung lượng của tệp, hoặc báo sẽ cho biết sau",
	"expected 1, and no Upload-Length beside it": "chỉ báo sẽ cho biết dung lượng sau khi chưa ghi dung lượng",

	// Questions that a unit answers.
	"it is decided already": "đã có kết luận",
	"it is decided already: expected a provincial role that opens cases again":
		"đã có kết luận: chỉ cán bộ tỉnh mở lại được",
	"the unit answers first: expected its answer, or {} days to be over":
		"đơn vị được hỏi trả lời trước: chờ trả lời, hoặc qua {0} ngày",
	"expected the unit that took the photo in question": "cần đơn vị đã chụp ảnh được hỏi",
	"expected the unit of the patrol or claim in question": "cần đơn vị đi tuyến, hoặc đã báo điều được hỏi",
	"expected a hold that stands: there is none to lift": "không có lệnh giữ nào để gỡ",

	// How things are sent.
	"expected a header's value": "đầu mục của yêu cầu không đúng dạng",
	"expected an object, or a text that holds one": "nội dung của mục không đúng dạng",
	"more than {} facts: send them in parts": "hơn {0} mục: gửi thành nhiều phần",
	"at most {} bytes: send it in parts": "nhiều nhất {0} byte: gửi thành nhiều phần",
	"not finished in the time of one push: send it again": "chưa xong trong một lần gửi: gửi lại",
	"expected Content-Type: application/json": "loại nội dung phải là application/json",
	"not JSON: {}": "nội dung gửi lên bị hỏng hoặc không đúng dạng",
	"the body is not the one that the digest is over: send it again, without a content coding":
		"nội dung bị hỏng trên đường truyền: gửi lại",
};
