//! JSON as the vectors and the benchmark write it: keys in a fixed order, short values on
//! one line.

use std::fmt::Write;

/// Above this an integer is written as decimal text, because readers that keep numbers as
/// doubles would lose its last digits.
const LARGEST_EXACT: i128 = (1 << 53) - 1;

/// How much may stand on one line.
const LINE: usize = 100;

#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    /// Already in JSON's own notation.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

impl Json {
    pub fn map<const N: usize>(entries: [(&str, Json); N]) -> Self {
        let entries = entries.into_iter();
        Self::Map(
            entries
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    }

    /// Bytes, told apart from text by their key.
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::map([("hex", hex(bytes).into())])
    }

    pub fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0, 0);
        out.push('\n');
        out
    }

    /// `before` is what already stands on the line.
    fn write(&self, out: &mut String, indent: usize, before: usize) {
        let compact = self.compact();
        match self {
            Self::List(items) if before + compact.len() > LINE && !items.is_empty() => {
                out.push_str("[\n");
                for (number, item) in items.iter().enumerate() {
                    start_line(out, number, indent + 2);
                    item.write(out, indent + 2, indent + 2);
                }
                end_block(out, indent, ']');
            }
            Self::Map(entries) if before + compact.len() > LINE && !entries.is_empty() => {
                out.push_str("{\n");
                for (number, (key, value)) in entries.iter().enumerate() {
                    start_line(out, number, indent + 2);
                    let key = quoted(key);
                    let _ = write!(out, "{key}: ");
                    value.write(out, indent + 2, indent + key.len() + 4);
                }
                end_block(out, indent, '}');
            }
            _ => out.push_str(&compact),
        }
    }

    fn compact(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Number(text) => text.clone(),
            Self::Text(text) => quoted(text),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(Self::compact).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(entries) => {
                let entries = entries.iter();
                let entries: Vec<_> = entries
                    .map(|(key, value)| format!("{}: {}", quoted(key), value.compact()))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }
}

fn start_line(out: &mut String, number: usize, indent: usize) {
    if number > 0 {
        out.push_str(",\n");
    }
    out.push_str(&" ".repeat(indent));
}

fn end_block(out: &mut String, indent: usize, bracket: char) {
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push(bracket);
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c < ' ' || c == '\u{7f}' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i128> for Json {
    fn from(value: i128) -> Self {
        if value.abs() <= LARGEST_EXACT {
            Self::Number(value.to_string())
        } else {
            Self::Text(value.to_string())
        }
    }
}

impl From<u128> for Json {
    fn from(value: u128) -> Self {
        i128::try_from(value).map_or_else(|_| Self::Text(value.to_string()), Self::from)
    }
}

macro_rules! integers {
    ($($int:ty),*) => { $(
        impl From<$int> for Json {
            fn from(value: $int) -> Self {
                Self::from(value as i128)
            }
        }
    )* };
}

integers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

macro_rules! floats {
    ($($float:ty),*) => { $(
        impl From<$float> for Json {
            /// JSON has no notation for what is not finite.
            fn from(value: $float) -> Self {
                if value.is_finite() {
                    Self::Number(format!("{value:?}"))
                } else {
                    Self::Text(format!("{value:?}"))
                }
            }
        }
    )* };
}

floats!(f32, f64);

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Json>, const N: usize> From<[T; N]> for Json {
    fn from(items: [T; N]) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    /// None is null and Some(x) is x, except where x itself is null.
    fn from(value: Option<T>) -> Self {
        match value.map(Into::into) {
            None => Self::Null,
            Some(Self::Null) => Self::map([("Some", Self::Null)]),
            Some(value) => value,
        }
    }
}

impl<T: Into<Json>, E: Into<Json>> From<Result<T, E>> for Json {
    fn from(value: Result<T, E>) -> Self {
        match value {
            Ok(value) => Self::map([("Ok", value.into())]),
            Err(error) => Self::map([("Err", error.into())]),
        }
    }
}

impl<K: Into<Json>, V: Into<Json>> From<std::collections::BTreeMap<K, V>> for Json {
    /// A list of pairs: the keys need not be text, and their order is the wire order.
    fn from(map: std::collections::BTreeMap<K, V>) -> Self {
        let entries = map.into_iter();
        Self::List(entries.map(|entry| entry.into()).collect())
    }
}

macro_rules! tuples {
    ($(($($name:ident),*)),*) => { $(
        impl<$($name: Into<Json>),*> From<($($name,)*)> for Json {
            #[allow(non_snake_case)]
            fn from(($($name,)*): ($($name,)*)) -> Self {
                Self::List(vec![$($name.into()),*])
            }
        }
    )* };
}

tuples!((A), (A, B), (A, B, C), (A, B, C, D));

impl From<()> for Json {
    fn from((): ()) -> Self {
        Self::Null
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_integers_are_text() {
        assert_eq!(
            Json::from(9007199254740991u64).compact(),
            "9007199254740991"
        );
        assert_eq!(
            Json::from(9007199254740992u64).compact(),
            "\"9007199254740992\""
        );
        assert_eq!(
            Json::from(u128::MAX).compact(),
            format!("\"{}\"", u128::MAX)
        );
    }

    #[test]
    fn long_values_are_broken_into_lines() {
        let long = Json::map([("a", vec!["x".repeat(60), "y".repeat(60)].into())]);
        assert_eq!(long.pretty().lines().count(), 6);
    }
}
