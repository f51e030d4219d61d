//! The forms of the phones, built from `forms/*.md` by `forms/build.py` and compiled in.

use std::sync::LazyLock;

use md5::{Digest, Md5};

use crate::base::hex;

/// A form that phones may fill in.
#[derive(Debug)]
pub struct Form {
    /// Its id.
    pub id: &'static str,
    /// Its Vietnamese name.
    pub name: &'static str,
    /// The `XForm`.
    pub xml: &'static str,
    /// Its versions, the present one first. Phones that were long without a network still send earlier ones.
    pub versions: &'static [&'static str],
    /// The lists that it draws on.
    pub media: &'static [Media],
}

/// A list that goes with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// The communes of the device.
    Communes,
    /// Điểm cần kiểm tra lại: the plots that a team of these communes has work at.
    Plots,
}

/// The dataset of the plots that there is work at.
pub const PLOTS_DATASET: &str = "diem_kiem_tra";

impl Media {
    /// Its file's name.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Communes => "communes.csv",
            Self::Plots => "diem_kiem_tra.csv",
        }
    }
}

/// Every form.
pub static FORMS: [Form; 4] = [
    Form {
        id: "patrol_report",
        name: "Báo cáo tuần tra, kiểm tra",
        xml: include_str!("../../../forms/patrol_report.xml"),
        versions: &["2026112501"],
        media: &[Media::Communes],
    },
    Form {
        id: "plot_detection",
        name: "Phát hiện điểm trồng",
        xml: include_str!("../../../forms/plot_detection.xml"),
        versions: &["2026112501"],
        media: &[Media::Communes],
    },
    Form {
        id: "eradication",
        name: "Phá nhổ cây có chứa chất ma túy",
        xml: include_str!("../../../forms/eradication.xml"),
        versions: &["2026112501"],
        media: &[Media::Communes, Media::Plots],
    },
    Form {
        id: "reinspection",
        name: "Kiểm tra lại sau phá nhổ",
        xml: include_str!("../../../forms/reinspection.xml"),
        versions: &["2026112501"],
        media: &[Media::Plots],
    },
];

static HASHES: LazyLock<[String; 4]> =
    LazyLock::new(|| FORMS.each_ref().map(|form| md5_of(form.xml.as_bytes())));

impl Form {
    /// The form of that id.
    #[must_use]
    pub fn of(id: &str) -> Option<&'static Self> {
        FORMS.iter().find(|form| form.id == id)
    }

    /// The present version.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.versions.first().copied().unwrap_or_default()
    }

    /// The `md5:` hash under which the form is listed.
    #[must_use]
    pub fn hash(&self) -> String {
        let at = FORMS.iter().position(|form| form.id == self.id);
        at.and_then(|at| HASHES.get(at))
            .cloned()
            .unwrap_or_default()
    }

    /// A question as the phone shows it in Vietnamese, by the last part of its path.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<String> {
        let vietnamese = self.xml.split("</translation>").next()?;
        let text = vietnamese.split(&format!("/{name}:label\">")).nth(1)?;
        let value = text.split("<value>").nth(1)?;
        let end = value.find(['<', '\n'])?;
        let label = value.get(..end)?.trim();
        (!label.is_empty()).then(|| label.to_owned())
    }

    /// The names of the questions that a file answers.
    pub fn binary_fields(&self) -> impl Iterator<Item = &'static str> {
        self.xml.split("<bind ").skip(1).filter_map(|bind| {
            let bind = bind.split('>').next()?;
            let path = bind.split("nodeset=\"").nth(1)?.split('"').next()?;
            bind.contains("type=\"binary\"")
                .then(|| path.rsplit('/').next())
                .flatten()
        })
    }
}

/// A hash as OpenRosa lists it; MD5 is the protocol's, nothing is trusted to it.
#[must_use]
pub fn md5_of(bytes: &[u8]) -> String {
    format!("md5:{}", hex(&Md5::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_called_what_its_xml_says() {
        for form in &FORMS {
            let root = format!("<data id=\"{}\" version=\"{}\"", form.id, form.version());
            assert!(form.xml.contains(&root), "{}", form.id);
            assert!(
                form.xml
                    .contains(&format!("<h:title>{}</h:title>", form.name)),
                "{}",
                form.id
            );
            assert!(form.xml.contains("lang=\"English (en)\""), "{}", form.id);
            for media in form.media {
                assert!(
                    form.xml
                        .contains(&format!("jr://file-csv/{}", media.file())),
                    "{}",
                    form.id
                );
            }
            assert_eq!(
                form.xml.matches("jr://file").count(),
                form.media.len(),
                "{}",
                form.id
            );
        }
    }

    #[test]
    fn photos_are_known_by_their_binds_and_made_small_on_the_phone() {
        let fields: Vec<_> = FORMS[2].binary_fields().collect();
        assert_eq!(
            fields,
            [
                "photo_overview",
                "photo_close_up",
                "photo_before",
                "photo_during",
                "photo_after",
                "photo_minutes",
                "photo_sample"
            ]
        );
        for form in &FORMS {
            let photos = form.binary_fields().count();
            assert_eq!(
                form.xml.matches("max-pixels=\"2048\"").count(),
                photos,
                "{}",
                form.id
            );
        }
    }

    #[test]
    fn questions_are_told_as_the_phone_shows_them() {
        assert_eq!(FORMS[1].label("crop").as_deref(), Some("Loại cây"));
        assert_eq!(FORMS[1].label("no_such_question"), None);
    }

    #[test]
    fn hashes_are_md5_of_the_forms_bytes() {
        assert_eq!(md5_of(b""), "md5:d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(FORMS[3].hash(), md5_of(FORMS[3].xml.as_bytes()));
    }

    #[test]
    fn no_form_asks_for_a_persons_name() {
        for form in &FORMS {
            for word in [
                "<grower",
                "<owner",
                "<full_name",
                "<phone",
                "<id_number",
                "<ethnic",
            ] {
                assert!(!form.xml.contains(word), "{} asks for {word}", form.id);
            }
        }
    }
}
