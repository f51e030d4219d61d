//! What phones fetch: the list of forms, the forms, and the lists that go with them.

use std::fmt::Write;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::base::actor::Actor;
use crate::base::ids::PlotId;
use crate::http::{Path, Problem, ProblemKind};
use crate::identity::OdkCaller;
use crate::identity::http::ShownUrl;

use super::super::OpenRosa;
use super::super::forms::{FORMS, Form, Media, PLOTS_DATASET, md5_of};
use super::answers::{document, escaped};

type Answer = Result<Response, Problem>;

/// Where a phone asks; `token` is read by the caller's extractor.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ProjectPath {
    /// The device's secret for forms.
    pub(super) token: String,
    /// A number, as in ODK Central.
    pub(super) project: String,
}

/// Where a form is.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
pub struct FormPath {
    /// The device's secret for forms.
    token: String,
    /// A number, as in ODK Central.
    project: String,
    /// The form's id.
    form: String,
}

/// Where a list of a form is.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
pub struct FilePath {
    /// The device's secret for forms.
    #[expect(dead_code, reason = "the caller's extractor reads it")]
    token: String,
    /// A number, as in ODK Central.
    project: String,
    /// The form's id.
    form: String,
    /// The list's file.
    file: String,
}

/// Where a dataset is.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
pub struct DatasetPath {
    /// The device's secret for forms.
    #[expect(dead_code, reason = "the caller's extractor reads it")]
    token: String,
    /// A number, as in ODK Central.
    project: String,
    /// The dataset's name.
    dataset: String,
}

/// The address under which a phone asked, for links that keep it.
pub(super) fn base(public: &ShownUrl, token: &str, project: &str) -> String {
    format!("{}/v1/key/{token}/projects/{project}", public.0)
}

/// Projects are numbers, as in ODK Central; the device's secret decides what is seen.
pub(super) fn check_project(project: &str) -> Result<(), Problem> {
    let is_number = !project.is_empty()
        && project.len() <= 9
        && project.bytes().all(|digit| digit.is_ascii_digit());
    is_number
        .then_some(())
        .ok_or(Problem::new(ProblemKind::NotFound))
}

/// Whoever fetches. A secret that was replaced fetches nothing: a phone would take an empty list for the newest one.
fn fetching(OdkCaller(actor): OdkCaller) -> Result<Actor, Problem> {
    if actor.origin.retired {
        return Err(Problem::new(ProblemKind::Forbidden));
    }
    Ok(actor)
}

fn form_of(id: &str) -> Result<&'static Form, Problem> {
    Form::of(id).ok_or(Problem::new(ProblemKind::NotFound))
}

/// The forms that the device may fill in.
#[utoipa::path(get, path = "/v1/key/{token}/projects/{project}/formList", tag = "openrosa",
    params(ProjectPath),
    responses((status = 200, body = String, content_type = "text/xml"), (status = 403)))]
pub async fn form_list(
    State(public): State<ShownUrl>,
    caller: OdkCaller,
    Path(at): Path<ProjectPath>,
) -> Answer {
    fetching(caller)?;
    check_project(&at.project)?;
    let base = escaped(&base(&public, &at.token, &at.project));
    let mut list = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xforms xmlns=\"http://openrosa.org/xforms/xformsList\">\n".to_owned();
    for form in &FORMS {
        // Writing into a String cannot fail.
        let _ = writeln!(
            list,
            "<xform><formID>{id}</formID><name>{}</name><version>{}</version><hash>{}</hash>\
             <downloadUrl>{base}/forms/{id}.xml</downloadUrl><manifestUrl>{base}/forms/{id}/manifest</manifestUrl></xform>",
            escaped(form.name),
            form.version(),
            form.hash(),
            id = form.id,
        );
    }
    list.push_str("</xforms>\n");
    Ok(document(list))
}

/// A form's `XForm`; its name ends in `.xml`.
#[utoipa::path(get, path = "/v1/key/{token}/projects/{project}/forms/{form}", tag = "openrosa",
    params(FormPath),
    responses((status = 200, body = String, content_type = "text/xml"), (status = 403), (status = 404)))]
pub async fn xform(caller: OdkCaller, Path(at): Path<FormPath>) -> Answer {
    fetching(caller)?;
    check_project(&at.project)?;
    let id = at
        .form
        .strip_suffix(".xml")
        .ok_or(Problem::new(ProblemKind::NotFound))?;
    Ok(document(form_of(id)?.xml.to_owned()))
}

/// The lists that go with a form.
#[utoipa::path(get, path = "/v1/key/{token}/projects/{project}/forms/{form}/manifest", tag = "openrosa",
    params(FormPath),
    responses((status = 200, body = String, content_type = "text/xml"), (status = 403), (status = 404)))]
pub async fn manifest(
    State(odk): State<OpenRosa>,
    State(public): State<ShownUrl>,
    caller: OdkCaller,
    Path(at): Path<FormPath>,
) -> Answer {
    let actor = fetching(caller)?;
    check_project(&at.project)?;
    let form = form_of(&at.form)?;
    let base = escaped(&base(&public, &at.token, &at.project));
    let mut told = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest xmlns=\"http://openrosa.org/xforms/xformsManifest\">\n".to_owned();
    for media in form.media {
        let csv = odk.list(&actor, *media).await?;
        let (kind, integrity) = match media {
            Media::Communes => ("", String::new()),
            Media::Plots => (
                " type=\"entityList\"",
                format!("<integrityUrl>{base}/datasets/{PLOTS_DATASET}/integrity</integrityUrl>"),
            ),
        };
        // Writing into a String cannot fail.
        let _ = writeln!(
            told,
            "<mediaFile{kind}><filename>{file}</filename><hash>{}</hash>\
             <downloadUrl>{base}/forms/{}/attachments/{file}</downloadUrl>{integrity}</mediaFile>",
            md5_of(csv.as_bytes()),
            form.id,
            file = media.file(),
        );
    }
    told.push_str("</manifest>\n");
    Ok(document(told))
}

/// One list of a form.
#[utoipa::path(get, path = "/v1/key/{token}/projects/{project}/forms/{form}/attachments/{file}", tag = "openrosa",
    params(FilePath),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 403), (status = 404)))]
pub async fn form_attachment(
    State(odk): State<OpenRosa>,
    caller: OdkCaller,
    Path(at): Path<FilePath>,
) -> Answer {
    let actor = fetching(caller)?;
    check_project(&at.project)?;
    let form = form_of(&at.form)?;
    let media = form.media.iter().find(|media| media.file() == at.file);
    let media = media.ok_or(Problem::new(ProblemKind::NotFound))?;
    let csv = odk.list(&actor, *media).await?;
    let mut response = csv.into_response();
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// Which plots of a phone's list have left it: asked before a phone forgets any.
#[utoipa::path(get, path = "/v1/key/{token}/projects/{project}/datasets/{dataset}/integrity", tag = "openrosa",
    params(DatasetPath,
        ("id" = Option<String>, Query, description = "Plots, comma-separated")),
    responses((status = 200, body = String, content_type = "text/xml"), (status = 403), (status = 404)))]
pub async fn dataset_integrity(
    State(odk): State<OpenRosa>,
    caller: OdkCaller,
    Path(at): Path<DatasetPath>,
    RawQuery(query): RawQuery,
) -> Answer {
    let actor = fetching(caller)?;
    check_project(&at.project)?;
    if at.dataset != PLOTS_DATASET {
        return Err(Problem::new(ProblemKind::NotFound));
    }
    let asked = asked_plots(query.as_deref().unwrap_or(""));
    let left = odk.left_list(&actor, &asked).await?;
    let mut told = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<data><entities>".to_owned();
    for (id, deleted) in asked.iter().zip(left) {
        // Writing into a String cannot fail.
        let _ = write!(
            told,
            "<entity id=\"{id}\"><deleted>{deleted}</deleted></entity>"
        );
    }
    told.push_str("</entities></data>\n");
    Ok(document(told))
}

/// As many ids as a phone's list has rows; what is no id of ours is on no list.
const MOST_ASKED: usize = 1_000;

fn asked_plots(query: &str) -> Vec<PlotId> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let ids = pairs.filter(|(name, _)| *name == "id");
    let ids = ids.map(|(_, ids)| ids.replace("%2C", ",").replace("%2c", ","));
    let ids: Vec<String> = ids
        .flat_map(|ids| ids.split(',').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    ids.iter()
        .filter_map(|id| id.parse().ok())
        .take(MOST_ASKED)
        .collect()
}
