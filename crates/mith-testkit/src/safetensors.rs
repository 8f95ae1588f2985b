//! Safetensors files, honest or with a header of the test's own.

/// A file.
#[derive(Debug, Clone, Default)]
pub struct SafeTensors {
    entries: Vec<String>,
    data: Vec<u8>,
}

impl SafeTensors {
    /// No tensors.
    pub fn new() -> Self {
        Self::default()
    }

    /// A tensor behind the ones before it.
    #[must_use]
    pub fn tensor(mut self, name: &str, dtype: &str, shape: &[u64], data: &[u8]) -> Self {
        let start = self.data.len();
        self.data.extend_from_slice(data);
        let end = self.data.len();
        self.entries.push(format!(
            r#""{name}":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{start},{end}]}}"#
        ));
        self
    }

    /// A raw `"key":value` of the header.
    #[must_use]
    pub fn entry(mut self, entry: &str) -> Self {
        self.entries.push(entry.to_owned());
        self
    }

    /// Raw tensor data that no entry was written for.
    #[must_use]
    pub fn data(mut self, data: &[u8]) -> Self {
        self.data.extend_from_slice(data);
        self
    }

    /// The bytes, padded to eight with spaces as writers do.
    pub fn build(&self) -> Vec<u8> {
        let mut header = format!("{{{}}}", self.entries.join(","));
        while header.len() % 8 != 0 {
            header.push(' ');
        }
        raw(header.as_bytes(), &self.data)
    }
}

/// A file with this header text.
pub fn raw(header: &[u8], data: &[u8]) -> Vec<u8> {
    let length = header.len() as u64;
    [&length.to_le_bytes(), header, data].concat()
}
