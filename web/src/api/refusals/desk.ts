// What doors say that only the map room uses, in Vietnamese; written as `facts.ts`.
export const DESK: Record<string, string> = {
	// Accounts, devices, keys.
	"login and password do not belong together": "tên đăng nhập hoặc mật khẩu không đúng",
	"is already taken": "đã có nơi khác dùng; chọn tên khác",
	"expected {} to {} characters": "cần từ {0} đến {1} ký tự",
	"expected 1 to {} printable characters": "cần từ 1 đến {0} ký tự in được",
	"expected today or a later day": "cần ngày hôm nay hoặc sau đó",
	"expected api, odk or tracker": "cần một trong: api, odk, tracker",
	"expected 1 to {} devices, found {}": "chọn từ 1 đến {0} máy; đang chọn {1}",
	"nothing of the list was written": "chưa dòng nào của danh sách được ghi",
	'the file is not UTF-8: save it as "CSV UTF-8"': "tệp không phải UTF-8: lưu lại kiểu “CSV UTF-8”",
	"a line cannot be read as CSV": "có dòng không đọc được theo dạng CSV",
	"a quotation mark stands alone: expected none, or one at each end of a cell":
		"có dấu ngoặc kép lẻ: bỏ đi, hoặc đặt ở cả hai đầu ô",
	"expected at most {} devices in one file": "mỗi tệp nhiều nhất {0} máy",
	'"{}" is no column: expected name, team, communes, maker (tên, tổ, xã, hãng)':
		"“{0}” không phải tên cột: cần Tên, Tổ, Xã, Hãng",
	'"{}" names a column a second time: expected each once': "“{0}” lặp lại một cột: mỗi cột chỉ có một lần",
	"expected a heading with name, team, communes and maybe maker (tên, tổ, xã, hãng)":
		"dòng đầu cần có tên các cột: Tên, Tổ, Xã và có thể Hãng",
	"more cells than headings: expected several communes in one cell, with spaces between them":
		"thừa ô so với tên cột: nhiều xã thì ghi trong một ô, cách nhau bằng dấu cách",
	"the same name stands in row {}": "trùng tên với dòng {0}",
	'expected commune codes such as 02647, or "toàn tỉnh" (province) for the whole province':
		"cần mã xã, ví dụ 02647; máy ghi cả tỉnh thì ghi “toàn tỉnh”",
	"expected a commune code such as 02647": "cần mã xã, ví dụ 02647",
	"expected communes of yours; only provincial officers give the whole province":
		"cần xã thuộc địa bàn của tài khoản; chỉ cán bộ tỉnh ghi được toàn tỉnh",
	"no such team: expected a team's name or id, or nothing for the reserve team":
		"không có tổ này: ghi tên hoặc mã tổ, để trống nếu là tổ dự bị",
	"expected a team of your own organisation, or none for the reserve team; only provincial officers put a device into another":
		"cần tổ thuộc cơ quan của tài khoản, hoặc để trống nếu là tổ dự bị; chỉ cán bộ tỉnh xếp máy vào tổ của cơ quan khác",
	"several teams have this name: expected the team's id": "có nhiều tổ trùng tên: ghi mã tổ",
	"a device of this name was revoked: expected a new name": "máy mang tên này đã bị thu quyền: đặt tên mới",
	"expected the log of another server than this one": "cần sổ của một máy chủ khác máy chủ này",

	// The log and its proofs.
	"who: expected the login of an account, the name of a device, or the id of either":
		"không có tài khoản hay máy nào tên này: ghi đúng tên đăng nhập hoặc tên máy",
	"no head was signed over so many entries": "chưa có lần ký sổ nào gồm từng ấy mục",
	"the entry is stored and not in the tree yet; ask again in a few seconds":
		"mục đã được giữ và đang vào sổ; thử lại sau vài giây",
	"some entries are not in the log's tree yet; ask again in a few seconds":
		"một số mục đang được vào sổ; thử lại sau vài giây",
	"from, to: expected from <= to, and to no more than the newest head counts":
		"mốc đầu không được sau mốc cuối, và mốc cuối không quá lần ký sổ mới nhất",
	"the package would be larger than 4 GB": "bộ hồ sơ lớn hơn 4 GB: chọn ít điểm hơn",

	// Periods, filters, views.
	"expected a day of the past": "ngày phải là ngày đã qua",
	"expected a day that has begun": "ngày phải là hôm nay hoặc đã qua",
	"to: expected a day that is not before from": "ngày cuối không được trước ngày đầu",
	"lies before from": "ngày cuối không được trước ngày đầu",
	"lies before from, or outside the season": "ngày cuối không được trước ngày đầu, và phải nằm trong niên vụ",
	"give from and to, or a season": "chọn từ ngày và đến ngày, hoặc một niên vụ",
	"beyond the calendar": "ngày nằm ngoài lịch",
	"at most {} days at once": "mỗi lần nhiều nhất {0} ngày",
	"at most {} steps at once": "mỗi lần nhiều nhất {0} bước",
	"at most {} at once": "mỗi lần nhiều nhất {0}",
	"expected period, or from and to": "cần kỳ báo cáo, hoặc từ ngày và đến ngày",
	"not a period: expected a statistical year such as 2026 (15/12 to 14/12), a half such as 2026-H1, or a month such as 2026-03 (15/02 to 14/03)":
		"không phải kỳ báo cáo: cần năm thống kê như 2026 (15/12 đến 14/12), nửa năm như 2026-H1, hoặc tháng như 2026-03 (15/02 đến 14/03)",
	"expected a year from 2000 to 2100": "cần năm từ 2000 đến 2100",
	"expected a statistical year that has closed": "cần một năm thống kê đã khép",
	"expected 7, 8 or 9": "cần cỡ ô 7, 8 hoặc 9",
	"res: expected 7, 8 or 9": "cần cỡ ô 7, 8 hoặc 9",
	"from {} to {}": "cần từ {0} đến {1}",
	"1 to {}": "cần từ 1 đến {0}",
	"0 to 15": "cần từ 0 đến 15",
	"9 or 11": "cần cỡ ô 9 hoặc 11",
	"from 1 to {} rows": "mỗi trang từ 1 đến {0} dòng",
	"one of {}": "cần một trong: {0}",
	"there are {}": "hiện có: {0}",
	"1 to 500 characters are needed": "cần từ 1 đến 500 ký tự",
	"{}, or an organisation's id": "{0}, hoặc mã đơn vị",
	"{} cannot be told apart by it": "lớp này không lọc được theo điều đó",
	"expected a commune's code": "cần mã xã",
	"expected west,south,east,north in degrees": "khung bản đồ cần bốn số: tây, nam, đông, bắc",
	"bbox: expected west,south,east,north in degrees": "khung bản đồ cần bốn số: tây, nam, đông, bắc",
	"expected H3 cells such as 8741ac4dbffffff, separated by commas":
		"cần mã các ô H3, cách nhau bằng dấu phẩy",
	"cells: expected 1 to {} H3 cells of resolutions 0 to 12, comma-separated":
		"cần từ 1 đến {0} ô H3, cách nhau bằng dấu phẩy",
	"q: expected 1 to {} characters": "cần nhập từ 1 đến {0} ký tự để tìm",
	"delay_s: expected at most {} for each kind": "độ trễ nhiều nhất {0} giây cho mỗi loại",
	"expected the id of an event of this stream": "mốc theo dõi không còn dùng được: tải lại trang",
	"every place at the live feed is taken; try again later": "đã đủ số người theo dõi trực tiếp; thử lại sau",

	// Coverage and density.
	"is for /api/v1/coverage/series": "điều kiện này chỉ dùng cho chuỗi theo thời gian",
	"is for /api/v1/coverage": "điều kiện này chỉ dùng cho bảng độ bao phủ",
	"answered to who may read patrols; without it all patrols are told of together":
		"điều kiện này chỉ dùng được khi có quyền xem tuyến tuần tra; bỏ đi thì có số chung của mọi tuyến",
	"give either visits or a number of passes": "chọn một: số lượt đã kiểm tra, hoặc số lần cần đi",
	"the name of a check window, or a number from 1 to 255": "cần tên đợt kiểm tra, hoặc số từ 1 đến 255",
	"a number of metres from 0 to 1000": "cần số mét từ 0 đến 1.000",
	"only indexed radii are answered: {}": "chỉ có số liệu theo các tầm nhìn đã lập: {0}",
	"only {} are kept in the index; ask for an earlier one with as_of, which derives it from the facts":
		"chỉ mục chỉ giữ các bản {0}; bản cũ hơn thì xem theo ngày chốt số liệu",
	"the definition gives nobody of this class a radius":
		"theo định nghĩa đang dùng, nhóm này không có tầm nhìn",
	"answers one window: ask without compare and freshness":
		"chỉ trả lời cho một khoảng ngày: bỏ phần so sánh và độ mới",
	"the next version is {}": "bản tiếp theo là {0}",
	"masks are kept at 11 in words of 9": "lưới ô được giữ cố định ở cỡ 11 và 9",
	"one to ten numbers of days": "cần từ một đến mười số ngày",
	"an H3 cell of resolution 9, 10 or 11": "cần một ô H3 cỡ 9, 10 hoặc 11",
	"the gap list is of one commune": "danh sách nơi chưa kiểm tra chỉ lập cho một xã",
	"is told of cells of resolution 9": "chỉ có cho ô cỡ 9",
	"no such check window; there are {}": "không có đợt kiểm tra này; hiện có: {0}",
	"no check window that was asked for is open on any of these days: a check outside the season tells nothing":
		"những ngày này đợt kiểm tra được hỏi không mở",
	"is not answered step by step": "không tính được theo từng bước",
	"not answered in this view": "chế độ xem này không trả lời điều đó",
	"not answered in this view: the part of a season subtracted from the whole tells small numbers":
		"chế độ xem này không trả lời điều đó: lấy cả niên vụ trừ đi một phần thì lộ ra số nhỏ",
	"no patrol belongs to this campaign": "không có cuộc tuần tra nào thuộc chiến dịch này",
	"{} in this view": "{0} trong chế độ xem này",
	"this view answers whole seasons that have ended; the last is {}":
		"chế độ xem này chỉ cho niên vụ đã kết thúc; gần nhất là {0}",
	"parents must be two resolutions coarser than masks, not {} under {}":
		"ô lớn phải thô hơn lưới hai cỡ, không phải {0} dưới {1}",
	"a radius of {} cm is beyond the widest, {} cm": "tầm nhìn {0} cm vượt mức rộng nhất là {1} cm",
	"the footprint of {} is given twice": "tầm nhìn của {0} được ghi hai lần",
	"no coverage is indexed at {} cm; indexed are {} cm": "chưa lập số liệu ở tầm nhìn {0} cm; đã có: {1} cm",
	"no mask has resolution {}: H3 knows 0 to 15 and parents are two coarser":
		"không có lưới cỡ {0}: H3 có cỡ từ 0 đến 15, ô lớn thô hơn hai cỡ",
	"no year has a day {} in month {}": "không năm nào có ngày {0} tháng {1}",

	// Definitions that the province sets.
	"expected two rising numbers above 0": "cần hai số trên 0, số sau lớn hơn số trước",
	"expected a share from 0 to 0.5": "cần tỷ lệ từ 0 đến 0,5",
	"expected a share from 0 to 1": "cần tỷ lệ từ 0 đến 1",
	"expected near_m and rough_m from 0 to 1,000 m, around_hours up to 240 h and order_tolerance_min up to 1,440 min":
		"cần hai khoảng cách từ 0 đến 1.000 m, số giờ trước sau đến 240 giờ và độ lệch thứ tự đến 1.440 phút",
	"expected a share above 0 up to 1, least from 1 to 100 and a risk_factor from 1 to 10":
		"cần tỷ lệ trên 0 đến 1, số ít nhất từ 1 đến 100 và hệ số nguy cơ từ 1 đến 10",
	"expected 1 or more": "cần từ 1 trở lên",
	"expected a month from 1 to 12 and a day from 1 to 28": "cần tháng từ 1 đến 12 và ngày từ 1 đến 28",
	"expected fewer days than reinspect_young_days": "số ngày phải ít hơn hạn kiểm tra lại của cây non",
	"expected 0 to 10,000 m or m/s": "cần từ 0 đến 10.000 m hoặc m/s",
	"expected up to 240 h, up to 240 h and 1 to 8,760 h": "cần đến 240 giờ, đến 240 giờ và từ 1 đến 8.760 giờ",
	"expected up to 1,440 min": "nhiều nhất 1.440 phút",
	"expected 0 to 5 and up to 1,440 min": "cần từ 0 đến 5, và đến 1.440 phút",
	"expected up to 60 s, up to 86,400 s and 1 to 1,440 min":
		"cần đến 60 giây, đến 86.400 giây và từ 1 đến 1.440 phút",

	// Paper, forms of other apps, what was carried.
	"expected application/pdf or image/jpeg": "cần tệp PDF hoặc JPEG",
	"expected a file of {}": "tệp phải đúng loại đã báo: {0}",
	"expected one line of at most {} characters": "cần một dòng, nhiều nhất {0} ký tự",
	"expected 1 to 500 characters without telephone or identity numbers":
		"cần 1 đến 500 ký tự, không có số điện thoại hay số định danh",
	"expected 10 to 1,000 characters: lý do, nêu căn cứ": "cần lý do từ 10 đến 1.000 ký tự, nêu căn cứ",
	"the paper was retracted": "biên bản này đã được thu hồi",
	"the scan is not there yet: send it first": "chưa có bản quét: gửi bản quét trước",
	"nothing of it waits": "không còn phần nào chờ xử lý",
	"already {}": "đã xử lý rồi ({0})",
	accepted: "đã nhận",
	refused: "không ghi nhận",
	"its content was erased": "nội dung đã bị xoá theo thời hạn lưu",
	"its bytes were erased": "nội dung đã bị xoá theo thời hạn lưu",
	"nothing of it can be recorded": "không có phần nào ghi được",
	"it cannot be read as a whole": "không đọc được toàn bộ",
	"nobody knows whose it is": "không rõ là của ai",
	"whose it is was not kept": "không còn lưu là của ai",
	"its device is not known any more": "máy đã ghi không còn trong danh sách",
	"expected refused: the fact's own route does not take it":
		"mục này không ghi được theo cửa của nó: chỉ có thể không ghi nhận",
	"expected refused: its own route does not take it: {}":
		"phần này không ghi được ({0}): chỉ có thể không ghi nhận",
	"expected refused: {}": "không ghi nhận được ({0})",
	"decided in this moment by another": "người khác vừa quyết định xong",
	"whoever enrolled the device does not accept what it signed":
		"người đã cấp máy không được tự nhận điều máy đó ký",
	"expected latitude, longitude, altitude and accuracy, separated by spaces":
		"cần vĩ độ, kinh độ, độ cao và sai số, cách nhau bằng dấu cách",
	"expected at most 5,000 points": "nhiều nhất 5.000 điểm",
	"the phone had version {}, the plot stands at {}":
		"điện thoại sửa từ phiên bản {0}, sổ đã có phiên bản {1}",
	"the body ended early: send the bundle again": "đường truyền bị ngắt: gửi lại gói",
	"at most {} bytes: make smaller bundles": "nhiều nhất {0} byte: chia thành các gói nhỏ hơn",
	"not kept aside: this carrier's share of the day is used up":
		"không để riêng được nữa: hôm nay người mang gói đã hết mức",
	"not begun in the time of one request: send the bundle again":
		"chưa kịp xử lý trong một lần gửi: gửi lại gói",
	"this is no bundle of version 1": "không phải gói bản sao phiên bản 1",
	"it is sealed to another recipient than this server": "gói được niêm cho máy chủ khác",
	"it is cut off: carry the whole file": "gói bị cắt: chép lại toàn bộ tệp",
	"it is damaged: its bytes are not those that were sealed": "gói bị hỏng: nội dung không còn như khi niêm",
	"it is not made as a bundle must be: {}": "gói không đúng cách lập: {0}",
	"it is for another log than this server's": "gói dành cho sổ của máy chủ khác",
	"its signature is not that of the key that it names": "chữ ký không phải của khóa đã ghi trong gói",
	"no device that is known here has the key that it names":
		"không có máy nào trong danh sách mang khóa đã ghi",
	"the file cannot be read or written: {}": "không đọc hoặc ghi được tệp",
	"it does not begin with its header": "thiếu phần đầu",
	"its header": "phần đầu không đúng",
	"more than 100000 records": "hơn 100.000 mục",
	"a second header": "có hai phần đầu",
	"its footer": "phần cuối không đúng",
	"its footer is that of other records": "phần cuối là của các mục khác",
	"its signature": "chữ ký không đúng dạng",
	"a record of an unknown kind": "có mục thuộc loại chưa biết",
	"a record is larger than accepted": "có mục lớn hơn mức nhận được",
	"a record is too large": "có mục quá lớn",
	"a record has no end": "có mục không có phần kết",
	"too many words": "có quá nhiều từ trong một dòng",
	"the recipient is no key": "nơi nhận không phải là khóa",
	"something follows its end": "có phần thừa sau khi kết thúc",
	"an empty chunk is not its last": "có phần rỗng ở giữa",

	// Tracks as files.
	"expected application/gpx+xml, or multipart/form-data with a part `file`": "cần tệp GPX",
	"not a whole form": "tệp gửi lên bị cắt: gửi lại",
	"the form has no part `file`": "chưa chọn tệp",
	"file {} of the form: {}": "tệp thứ {0}: {1}",
	"the file has {} bytes; at most {} are taken": "tệp có {0} byte; nhiều nhất {1} byte",
	"the file declares an encoding that is not known here; save it as UTF-8":
		"tệp dùng bảng mã chưa được hỗ trợ: lưu lại theo UTF-8",
	"the file declares a document type of its own; GPX needs none and it is not read":
		"tệp có khai báo DOCTYPE, không được nhận",
	"not a GPX file: its root element is not <gpx>": "không phải tệp GPX",
	"the file ends in the middle, after point {}": "tệp bị cắt giữa chừng, sau điểm {0}",
	"the file is not well-formed XML near byte {}, after point {}": "tệp hỏng gần byte {0}, sau điểm {1}",
	"elements are nested deeper than {} after point {}": "tệp lồng quá {0} lớp, sau điểm {1}",
	"the file has no track: its {} waypoints and {} route points tell of no walk; save the track that was recorded":
		"tệp không có vết đi, chỉ có {0} điểm mốc và {1} điểm lộ trình vẽ sẵn: hãy xuất vết đã ghi (track)",
	"the file has more than {} track points": "tệp có hơn {0} điểm tuyến",
	"the file has more than {} tracks and segments": "tệp có hơn {0} tuyến và đoạn",

	// Ledger, tips, samples.
	"expected an H3 cell of resolution 8, such as 8841594443fffff: round the place before it is sent":
		"cần một ô H3 cỡ 8: làm tròn vị trí trước khi gửi",
	"a tip is received once: expected what came after": "tin báo chỉ nhận một lần: ghi kết quả tiếp theo",
	"expected a plot's id with the state plot, and with no other":
		"chỉ ghi mã điểm trồng khi kết quả là có điểm trồng",
	"no head was signed after this year yet: try again": "sổ chưa được ký sau khi năm này khép: thử lại sau",

	// Files that are made.
	"expected one or more, each once": "chọn ít nhất một lớp, mỗi lớp một lần",
	"this format holds one collection; several go into gpkg":
		"định dạng này chỉ chứa một lớp; nhiều lớp thì chọn GeoPackage",
	"{} are areas, which gpx cannot hold": "lớp này là vùng, GPX không chứa được",
	"files in the background are for accounts with a right to change something":
		"chỉ tài khoản có quyền ghi mới yêu cầu lập tệp được",
	"the file's days are over: ask again": "tệp đã hết hạn giữ: đề nghị lại",
	"access_token takes a token that may only read and that expires":
		"chỉ dùng được mã truy cập chỉ đọc và có hạn",

	// Imports.
	"the body ended early: send the file again": "đường truyền bị ngắt: gửi lại tệp",
	"at most {} bytes": "nhiều nhất {0} byte",
	"at most 500 characters": "nhiều nhất 500 ký tự",
	"{} files wait already": "đã có {0} tệp đang chờ",
	"other files are being read": "đang đọc tệp khác, hãy thử lại",
	"reading the file takes too long": "đọc tệp quá lâu: chia thành các tệp nhỏ hơn",
	"the file cannot be loaded as it stands": "tệp còn lỗi, chưa nạp được: sửa theo bản kiểm tra",
	"the hash is not that of the file that was told of": "không phải tệp đã kiểm tra: chọn lại tệp",
	"what stands has changed since the report: bring the file again":
		"sổ đã thay đổi sau khi kiểm tra: kiểm tra lại tệp",
	"not allowed": "tài khoản này không có quyền",
	"no such thing": "không tìm thấy",
	"is needed": "không được bỏ trống",
	"is not the code of the path": "mã trong nội dung khác mã của khu vực đang sửa",
	"expected a version": "cần số phiên bản",
	"level: {}": "{0}",
	"a change of risk areas needs a reason": "thay đổi khu vực nguy cơ cần nêu lý do",
	"areas were changed meanwhile: run the import again": "địa bàn vừa được thay đổi: nạp lại từ đầu",
	"the area stands at version {}": "khu vực đang ở phiên bản {0}: tải lại rồi sửa",
	"feature {} (code {}): the name holds separate accent marks (not Unicode NFC)":
		"đối tượng {0} (mã {1}): tên có dấu viết tách rời: gõ lại bằng Unicode dựng sẵn",
	"not a kind of commune: expected xã, phường, thị trấn or đặc khu": "cần xã, phường, thị trấn hoặc đặc khu",
	"expected xã, phường, thị trấn or đặc khu": "cần xã, phường, thị trấn hoặc đặc khu",
	"the file is no JSON text": "tệp không phải JSON",
	"the file is compressed: unpack it first": "tệp đang nén: giải nén trước",
	"the file is empty": "tệp trống",
	"the file holds no features": "tệp không có đối tượng nào",
	"the file is truncated: it ends in the middle": "tệp bị cắt giữa chừng",
	"something follows the end of the FeatureCollection": "có phần thừa sau khi danh sách kết thúc",
	"expected a comma or the end of the list of features":
		"danh sách đối tượng sai dấu phẩy hoặc thiếu phần kết",
	"expected a GeoJSON FeatureCollection, or one Feature per line; found {}":
		"cần GeoJSON FeatureCollection, hoặc mỗi dòng một Feature",
	"not a valid GeoJSON Feature (line {}, column {} of the feature)":
		"đối tượng GeoJSON không đúng dạng (dòng {0}, cột {1})",
	"the file is larger than {} MB": "tệp lớn hơn {0} MB",
	"the feature is larger than {} bytes": "đối tượng lớn hơn {0} byte",
	"the file has more than {} features": "tệp có hơn {0} đối tượng",
	"the file has more than {} vertices": "tệp có hơn {0} đỉnh",
	"the file cannot be read: {}": "không đọc được tệp",
	"the feature has no geometry": "đối tượng không có hình",
	"property {} is missing": "thiếu thuộc tính {0}",
	"property {}: expected {}": "thuộc tính {0}: {1}",
	"the code is the same as that of feature {}": "trùng mã với đối tượng {0}",
	"feature {}: {}": "đối tượng {0}: {1}",
	"feature {} (code {}): {}": "đối tượng {0} (mã {1}): {2}",
	"the validity ends before it begins": "ngày kết thúc trước ngày bắt đầu",
	"expected metres, 0 to 100000": "cần số mét từ 0 đến 100.000",
	"expected text of at most 1000 characters": "cần chữ, nhiều nhất 1.000 ký tự",
	"expected one line of at most 200 characters": "cần một dòng, nhiều nhất 200 ký tự",
	"expected at most 50 names of at most 100 characters, a list or a text with semicolons":
		"nhiều nhất 50 tên, mỗi tên 100 ký tự, cách nhau bằng dấu chấm phẩy",
	"expected text in quotes, because a number loses its leading zeros":
		"mã phải ghi dạng chữ, vì ghi dạng số sẽ mất số 0 ở đầu",
	"expected up to 40 letters, digits, dots, hyphens or underscores":
		"nhiều nhất 40 chữ cái không dấu, chữ số, dấu chấm, gạch ngang hoặc gạch dưới",
	"expected true or false": "cần có hoặc không",
	"expected yes or no": "cần có hoặc không",
	"a list": "một danh sách",
	"an object without type": "một đối tượng không ghi loại",
	"expected opium_poppy, cannabis, coca, khat or other":
		"cần loại cây: thuốc phiện, cần sa, côca, lá khát hoặc khác",
	"expected a date such as 2026-09-01": "cần ngày như 01/09/2026",
	"expected a day such as 2026-09-01": "cần ngày như 01/09/2026",
	"expected a day such as 2024-11-03, or with a time": "cần ngày như 03/11/2024, có thể kèm giờ",
	"expected the form `seedling 10-15/12-31; flowering 02-01/03-31`, or `all_year`":
		"cần dạng “seedling 10-15/12-31; flowering 02-01/03-31” hoặc “cả năm”",
	"expected windows such as `seedling 10-15/12-31; flowering 02-01/03-31`, or `all_year`":
		"cần dạng “seedling 10-15/12-31; flowering 02-01/03-31” hoặc “cả năm”",
	"expected a day such as 10-15": "cần ngày trong năm như 10-15 (tháng-ngày)",
	"expected a day such as 12-31": "cần ngày trong năm như 12-31 (tháng-ngày)",
	"not a day of the year: expected MM-DD, such as 10-15":
		"không phải ngày trong năm: cần tháng-ngày như 10-15",
	"expected a whole number from 1 to 366": "cần số nguyên từ 1 đến 366",
	"expected a list of at most 12 windows": "nhiều nhất 12 đợt kiểm tra",
	"expected windows of different names": "các đợt kiểm tra phải khác tên nhau",
	"expected objects with name, from and to": "mỗi đợt kiểm tra cần tên, ngày đầu và ngày cuối",
	"{} of the boundaries are already loaded with other content ({}): give the first day of the new ones, --valid-from DATE":
		"{0} ranh giới đã nạp với nội dung khác ({1}): ghi ngày bắt đầu của ranh giới mới",
	"code {}: the loaded boundary is valid from {}; another one must begin after that day":
		"mã {0}: ranh giới đã nạp có hiệu lực từ {1}; ranh giới mới phải bắt đầu sau ngày đó",
	"code {}: only a loaded commune that began earlier and is not in the file can be ended":
		"mã {0}: chỉ kết thúc được xã đã nạp, bắt đầu trước đó và không có trong tệp",
	"the geometry is empty": "hình rỗng",
	"ring at vertex {} has fewer than three different vertices":
		"vòng tại đỉnh {0} có ít hơn ba đỉnh khác nhau",
	"ring at vertex {} is not closed: its last vertex must equal its first (RFC 7946 section 3.1.6)":
		"vòng tại đỉnh {0} chưa khép kín",
	"the ring crosses or touches itself near vertex {}": "đường biên tự cắt hoặc tự chạm gần đỉnh {0}",
	"two rings of the geometry cross or share an edge near vertex {}": "hai vòng cắt nhau gần đỉnh {0}",
	"ring at vertex {} lies where it must not: a hole outside its polygon, or a part upon another part":
		"vòng tại đỉnh {0} nằm sai chỗ",
	"the geometry is too tangled to be checked": "hình quá rối để kiểm tra",
	"vertex {} is no longitude and latitude in degrees": "đỉnh {0} không phải kinh độ, vĩ độ",
	"axes are swapped at vertex {}: GeoJSON wants longitude first, then latitude":
		"đỉnh {0}: kinh độ và vĩ độ bị đảo",
	"wrong CRS at vertex {}: looks like metres (VN-2000 or another projection), expected WGS84 degrees":
		"đỉnh {0}: số có vẻ là mét, cần độ theo WGS84",
	"more than {} vertices": "quá {0} đỉnh",
	"expected a {}, found a {}": "loại hình {1}, cần {0}",
	"Polygon or MultiPolygon": "vùng (Polygon hoặc MultiPolygon)",
	"the datum cannot be set up": "không dựng được hệ quy chiếu",
	"an outline has no holes": "đường bao không được có lỗ",
	"wrong CRS: {}, expected WGS84 (CRS84 or EPSG:4326)": "hệ tọa độ {0} chưa được hỗ trợ, cần WGS84",
	"expected no as_of, and the right to read gaps in the communes asked about":
		"cần quyền xem nơi chưa kiểm tra ở các xã được hỏi, và không hỏi theo một thời điểm cũ",
	"expected a year for which this plot was drawn": "điểm này không có trong lần rút của năm đó",
	"every radius of a transport once": "mỗi bán kính của một phương tiện chỉ ghi một lần",
	"numbers of days that rise": "các số ngày phải tăng dần",
	"at least one radius of the class ground: without one no patrol would see anything":
		"cần ít nhất một bán kính quan sát mặt đất; không có thì không tuần tra nào được tính là đã nhìn thấy",
	// Why nothing is erased by order (`src/evidence/model/redaction.rs`).
	"a legal hold keeps it": "Đang được giữ theo yêu cầu tố tụng",
	"neither original nor preview has come": "Ảnh gốc và ảnh xem trước đều chưa đến",
	"there is nothing to erase": "Không còn gì để xoá",
	"fixes are still coming in": "Vị trí của chuyến này đang được gửi về",
	"another order waits": "Một lệnh xoá khác đang chờ quyết định",
	"the order was decided": "Lệnh xoá này đã được quyết định",
	"a form that tells of it waits": "Phiếu Collect có nội dung này chưa được xử lý xong",
	"it stands on a paper's scan": "Nội dung này chép từ biên bản giấy, bản quét vẫn giữ nguyên văn",
	"it is to be forwarded first": "Nút này chưa chuyển nội dung lên tỉnh",
	"a second account is needed": "Cần một tài khoản khác quyết định",
};
