//! Where features go: one file of any format, written as they come.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};

use crate::base::time::Timestamp;
use crate::publish::feature::Feature;

use super::flatgeobuf::FlatGeobuf;
use super::geopackage::GeoPackage;
use super::layer::Layer;
use super::text::Rows;
use super::{Error, Format};

/// Text that is gathered before it is written.
const BLOCK: usize = 1 << 18;

/// A file that features are written to, layer by layer.
pub struct Sink(To);

enum To {
    Rows {
        format: Format,
        file: BufWriter<File>,
        rows: Option<Box<dyn Rows>>,
        text: String,
    },
    FlatGeobuf {
        path: PathBuf,
        file: Option<Box<FlatGeobuf>>,
    },
    GeoPackage(Box<GeoPackage>),
}

impl Sink {
    /// Begins a file at `path`; one that is there is replaced.
    pub async fn create(format: Format, path: &Path, now: Timestamp) -> Result<Self, Error> {
        match tokio::fs::remove_file(path).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        Ok(Self(match format {
            Format::GeoPackage => To::GeoPackage(Box::new(GeoPackage::create(path, now).await?)),
            Format::FlatGeobuf => To::FlatGeobuf {
                path: path.to_owned(),
                file: None,
            },
            _ => To::Rows {
                format,
                file: BufWriter::with_capacity(BLOCK, File::create(path).await?),
                rows: None,
                text: String::new(),
            },
        }))
    }

    /// Begins a layer; only a `GeoPackage` holds more than one.
    pub async fn layer(&mut self, layer: Layer) -> Result<(), Error> {
        match &mut self.0 {
            To::GeoPackage(file) => file.layer(layer).await?,
            To::FlatGeobuf { path, file } => {
                *file = Some(Box::new(FlatGeobuf::create(path, layer)?));
            }
            To::Rows {
                format, rows, text, ..
            } => {
                *rows = format.rows(layer);
                if let Some(rows) = rows {
                    rows.open(text);
                }
            }
        }
        Ok(())
    }

    /// Writes features of the layer that was begun last.
    pub async fn add(&mut self, features: Vec<Feature>) -> Result<(), Error> {
        match &mut self.0 {
            To::GeoPackage(file) => file.add(&features).await?,
            To::FlatGeobuf { file, .. } => {
                if let Some(mut own) = file.take() {
                    let added = blocking(move || {
                        features.iter().try_for_each(|feature| own.add(feature))?;
                        Ok(own)
                    });
                    *file = Some(added.await?);
                }
            }
            To::Rows {
                file, rows, text, ..
            } => {
                if let Some(rows) = rows {
                    for feature in &features {
                        rows.row(feature, text);
                        if text.len() >= BLOCK {
                            file.write_all(text.as_bytes()).await?;
                            text.clear();
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes a page of the fixes that make up a feature; none ends it.
    pub(super) async fn track(
        &mut self,
        of: &Feature,
        fixes: Option<&[Feature]>,
    ) -> Result<(), Error> {
        if let To::Rows {
            file,
            rows: Some(rows),
            text,
            ..
        } = &mut self.0
        {
            rows.track(of, fixes, text);
            file.write_all(text.as_bytes()).await?;
            text.clear();
        }
        Ok(())
    }

    /// Ends the file.
    pub async fn finish(self) -> Result<(), Error> {
        match self.0 {
            To::GeoPackage(file) => file.finish().await?,
            To::FlatGeobuf { path, file } => {
                if let Some(own) = file {
                    blocking(move || own.finish(&path)).await?;
                }
            }
            To::Rows {
                mut file,
                rows,
                mut text,
                ..
            } => {
                if let Some(mut rows) = rows {
                    rows.close(&mut text);
                }
                file.write_all(text.as_bytes()).await?;
                file.flush().await?;
            }
        }
        Ok(())
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(io::Error::other)??)
}
