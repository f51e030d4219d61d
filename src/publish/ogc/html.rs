//! The documents as plain pages for people who follow a link.

use std::fmt::Write;

use serde_json::Value;

use crate::identity::model::setup::escaped;

/// A document as a page: its title, text, tables and links.
pub(super) fn page(document: &Value) -> String {
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    let title = escaped(text("title").unwrap_or("tuantra"));
    let mut body = format!("<h1>{title}</h1>");
    if let Some(description) = text("description") {
        let _ = write!(body, "<p>{}</p>", escaped(description));
    }
    if let Some(collections) = document.get("collections").and_then(Value::as_array) {
        body.push_str(&collection_table(collections));
    }
    if let Some(classes) = document.get("conformsTo").and_then(Value::as_array) {
        body.push_str("<ul>");
        for class in classes.iter().filter_map(Value::as_str) {
            let _ = write!(body, "<li>{}</li>", escaped(class));
        }
        body.push_str("</ul>");
    }
    if let Some(features) = document.get("features").and_then(Value::as_array) {
        body.push_str(&feature_table(features));
    } else if document.get("properties").is_some() {
        body.push_str(&feature_table(std::slice::from_ref(document)));
    }
    if let Some(links) = document.get("links").and_then(Value::as_array) {
        body.push_str(&link_list(links));
    }
    format!(
        "<!doctype html><html lang=\"vi\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"/assets/plain.css\"></head><body><main>{body}</main></body></html>"
    )
}

fn member<'a>(of: &'a Value, name: &str) -> &'a str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn collection_table(collections: &[Value]) -> String {
    let mut table =
        String::from("<table><tr><th>Lớp</th><th>Mã (id)</th><th>Description</th></tr>");
    for own in collections {
        let links = own.get("links").and_then(Value::as_array);
        let links = links.map(Vec::as_slice).unwrap_or_default();
        let page = links.iter().find(|link| member(link, "rel") == "alternate");
        let _ = write!(
            table,
            "<tr><td><a href=\"{}\">{}</a></td><td>{}</td><td>{}</td></tr>",
            escaped(page.map(|link| member(link, "href")).unwrap_or_default()),
            escaped(member(own, "title")),
            escaped(member(own, "id")),
            escaped(member(own, "description")),
        );
    }
    table.push_str("</table>");
    table
}

fn feature_table(features: &[Value]) -> String {
    let Some(Value::Object(first)) = features.first().and_then(|own| own.get("properties")) else {
        return "<p>Không có đối tượng nào (no features).</p>".into();
    };
    let mut table = String::from("<table><tr><th>id</th>");
    for name in first.keys() {
        let _ = write!(table, "<th>{}</th>", escaped(name));
    }
    table.push_str("</tr>");
    for feature in features {
        let _ = write!(table, "<tr><td>{}</td>", escaped(member(feature, "id")));
        let properties = feature.get("properties");
        for name in first.keys() {
            let value = properties.and_then(|own| own.get(name));
            let _ = write!(table, "<td>{}</td>", escaped(&shown(value)));
        }
        table.push_str("</tr>");
    }
    table.push_str("</table>");
    table
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn link_list(links: &[Value]) -> String {
    let mut list = String::from("<ul>");
    for link in links {
        let title = match member(link, "title") {
            "" => member(link, "rel"),
            title => title,
        };
        let _ = write!(
            list,
            "<li><a href=\"{}\">{}</a> <span class=\"en\">{} · {}</span></li>",
            escaped(member(link, "href")),
            escaped(title),
            escaped(member(link, "rel")),
            escaped(member(link, "type")),
        );
    }
    list.push_str("</ul>");
    list
}
