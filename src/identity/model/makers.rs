//! Makers of phones, and the steps that keep each one's battery saver away from an app that records.

use crate::base::words::vocabulary;

vocabulary! {
    /// Whose phone it is.
    Maker: "a maker of phones" {
        /// Samsung.
        Samsung = "samsung",
        /// Oppo.
        Oppo = "oppo",
        /// Realme.
        Realme = "realme",
        /// Vivo.
        Vivo = "vivo",
        /// Xiaomi, Redmi, POCO.
        Xiaomi = "xiaomi",
        /// Huawei.
        Huawei = "huawei",
        /// Nokia, and others with Android as Google makes it.
        Nokia = "nokia",
        /// Apple.
        Apple = "apple",
        /// Another.
        Other = "other",
    }
}

impl Maker {
    /// As people write it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Samsung => "Samsung",
            Self::Oppo => "Oppo",
            Self::Realme => "Realme",
            Self::Vivo => "Vivo",
            Self::Xiaomi => "Xiaomi / Redmi / POCO",
            Self::Huawei => "Huawei",
            Self::Nokia => "Nokia / Android gốc",
            Self::Apple => "iPhone",
            Self::Other => "Máy khác",
        }
    }

    /// The way through the settings to be gone for each recording app.
    #[must_use]
    pub const fn battery_steps(self) -> &'static str {
        match self {
            Self::Samsung => {
                "Cài đặt → Ứng dụng → (ứng dụng) → Pin → Không hạn chế. Rồi Cài đặt → Pin → Giới hạn sử dụng trong nền → \
                 Ứng dụng không bao giờ tự động ngủ → thêm ứng dụng."
            }
            Self::Oppo | Self::Realme => {
                "Cài đặt → Ứng dụng → Quản lý ứng dụng → (ứng dụng) → Mức sử dụng pin → bật Cho phép hoạt động trong nền và \
                 Cho phép tự khởi chạy. Rồi mở màn hình đa nhiệm, bấm dấu ba chấm ở ứng dụng → Khóa."
            }
            Self::Vivo => {
                "Cài đặt → Pin → Quản lý mức tiêu thụ pin trong nền → (ứng dụng) → Không hạn chế. Rồi Cài đặt → Ứng dụng → \
                 Quyền → Tự khởi động → bật ứng dụng."
            }
            Self::Xiaomi => {
                "Cài đặt → Ứng dụng → Quản lý ứng dụng → (ứng dụng) → bật Tự khởi chạy; Trình tiết kiệm pin → Không hạn chế. \
                 Rồi mở màn hình đa nhiệm, giữ ứng dụng → khóa."
            }
            Self::Huawei => {
                "Cài đặt → Pin → Khởi chạy ứng dụng → (ứng dụng) → tắt Quản lý tự động → bật cả ba mục, có Chạy trong nền."
            }
            Self::Apple => {
                "Cài đặt → Quyền riêng tư & Bảo mật → Dịch vụ định vị → (ứng dụng) → Luôn, bật Vị trí chính xác. Tắt Chế độ \
                 nguồn điện thấp khi tuần tra."
            }
            Self::Nokia | Self::Other => {
                "Cài đặt → Ứng dụng → (ứng dụng) → Mức sử dụng pin của ứng dụng → Không hạn chế."
            }
        }
    }

    /// The maker that a list of phones names, whatever the case and the model after it.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let first = text.split_whitespace().next()?.to_lowercase();
        match first.as_str() {
            "redmi" | "poco" | "mi" => Some(Self::Xiaomi),
            "iphone" => Some(Self::Apple),
            "honor" => Some(Self::Huawei),
            "khác" => Some(Self::Other),
            known => known.parse().ok(),
        }
    }
}
