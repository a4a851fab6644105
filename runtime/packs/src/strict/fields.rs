//! One table of a file, as its reader goes through it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};
use windlass_engine::nearest::nearest;

use super::read::Sink;

/// A value, and where it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// The bytes of the file that it was read from.
    pub span: Range<usize>,
    /// The line, from 1.
    pub line: usize,
}

impl<T> Found<T> {
    /// The same place with another value.
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Found<U> {
        Found {
            value: with(self.value),
            span: self.span,
            line: self.line,
        }
    }
}

/// A table of a file. What is asked of it is what it may hold: the rest is refused when it is left.
pub struct Fields<'s> {
    sink: &'s Sink<'s>,
    name: String,
    span: Range<usize>,
    table: &'s DeTable<'s>,
    known: Vec<&'static str>,
    any: bool,
}

impl<'s> Fields<'s> {
    pub(super) fn new(
        sink: &'s Sink<'s>,
        name: String,
        span: Range<usize>,
        table: &'s DeTable<'s>,
    ) -> Self {
        Self {
            sink,
            name,
            span,
            table,
            known: Vec::new(),
            any: false,
        }
    }

    /// Its name in messages: `[pack]`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The line where it begins, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.sink.line(&self.span)
    }

    /// Says that a value is wrong.
    pub fn wrong<T>(&self, at: &Found<T>, message: impl Into<String>) {
        self.sink.add(&at.span, message);
    }

    /// Says that the table is wrong.
    pub fn wrong_whole(&self, message: impl Into<String>) {
        self.sink.add(&self.span, message);
    }

    /// Whether it has a value of this name.
    pub fn has(&mut self, name: &'static str) -> bool {
        self.value(name).is_some()
    }

    /// A text.
    pub fn text(&mut self, name: &'static str) -> Option<Found<String>> {
        let value = self.value(name)?;
        self.as_text(name, value)
    }

    /// A text that must be there.
    pub fn required_text(&mut self, name: &'static str) -> Option<Found<String>> {
        if !self.has(name) {
            self.missing(name);
        }
        self.text(name)
    }

    /// A text that `parse` understands; what it says of another is the problem.
    pub fn parsed<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Found<T>> {
        let text = self.text(name)?;
        match parse(&text.value) {
            Ok(value) => Some(text.map(|_| value)),
            Err(message) => {
                self.wrong(&text, message);
                None
            }
        }
    }

    /// A text that must be there and that `parse` understands.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Found<T>> {
        if !self.has(name) {
            self.missing(name);
        }
        self.parsed(name, parse)
    }

    /// One of several words.
    pub fn word(
        &mut self,
        name: &'static str,
        words: &[&'static str],
    ) -> Option<Found<&'static str>> {
        self.parsed(name, |text| {
            let found = words.iter().find(|word| **word == text).copied();
            found.ok_or_else(|| match nearest(text, words.iter().copied()) {
                Some(near) => format!("there is no {name} `{text}`, did you mean `{near}`?"),
                None => format!(
                    "there is no {name} `{text}`; there are {}",
                    words.join(", ")
                ),
            })
        })
    }

    /// A truth value.
    pub fn flag(&mut self, name: &'static str) -> Option<Found<bool>> {
        let value = self.value(name)?;
        let flag = match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => None,
        };
        self.or_kind(name, value, flag, "true or false")
    }

    /// A whole number, not negative.
    pub fn integer(&mut self, name: &'static str) -> Option<Found<u64>> {
        let value = self.value(name)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        self.or_kind(name, value, number, "a whole number from 0")
    }

    /// A list of texts; empty when it is not there.
    pub fn texts(&mut self, name: &'static str) -> Vec<Found<String>> {
        let Some(value) = self.value(name) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            self.kind(name, value, "a list of texts");
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| self.as_text(name, item))
            .collect()
    }

    /// A table, read by `reader`; nothing when it is not there.
    pub fn table<T>(
        &mut self,
        name: &'static str,
        reader: impl FnOnce(&mut Fields<'_>) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(name)?;
        let DeValue::Table(table) = value.get_ref() else {
            self.kind(name, value, "a table");
            return None;
        };
        let span = self.key_span(name).unwrap_or_else(|| value.span());
        self.inside(self.path(name), span, table, reader)
    }

    /// A table that must be there.
    pub fn required_table<T>(
        &mut self,
        name: &'static str,
        reader: impl FnOnce(&mut Fields<'_>) -> Option<T>,
    ) -> Option<T> {
        if !self.has(name) {
            let path = self.path(name);
            self.sink
                .add(&self.span, format!("the table {path} is missing"));
        }
        self.table(name, reader)
    }

    /// The tables of a list, each read by `reader`; those it gives nothing for are left out.
    pub fn tables<T>(
        &mut self,
        name: &'static str,
        mut reader: impl FnMut(&mut Fields<'_>) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.value(name) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            let path = self.path(name);
            self.kind(
                name,
                value,
                &format!("a list of tables, each under [{path}]"),
            );
            return Vec::new();
        };
        self.each(name, items, &mut reader)
    }

    fn each<T>(
        &self,
        name: &'static str,
        items: &DeArray<'_>,
        reader: &mut impl FnMut(&mut Fields<'_>) -> Option<T>,
    ) -> Vec<T> {
        let mut read = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(table) => {
                    let path = format!("[{}]", self.path(name));
                    read.extend(self.inside(path, item.span(), table, &mut *reader));
                }
                _ => self.kind(name, item, "a list of tables"),
            }
        }
        read
    }

    /// Every entry of a table whose names are the author's own: each is a table that `reader` gets, or a text that is
    /// passed to `short`.
    pub fn entries<T>(
        &mut self,
        mut reader: impl FnMut(&Found<String>, Entry<'_, '_>) -> Option<T>,
    ) -> Vec<T> {
        self.any = true;
        let mut read = Vec::new();
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let name = self.found(key.span(), key.get_ref().to_string());
            let path = format!("`{}`", name.value);
            let entry = match value.get_ref() {
                DeValue::String(text) => {
                    let text = self.found(value.span(), text.to_string());
                    reader(&name, Entry::Text(text))
                }
                DeValue::Table(table) => self.inside(path, key.span(), table, |fields| {
                    reader(&name, Entry::Table(fields))
                }),
                _ => {
                    self.sink.add(
                        &value.span(),
                        format!("{path} is a table or a text, not {}", kind(value.get_ref())),
                    );
                    None
                }
            };
            read.extend(entry);
        }
        read
    }

    /// Refuses what nobody asked for.
    pub(super) fn leave(self) {
        if self.any {
            return;
        }
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if self.known.contains(&name) {
                continue;
            }
            let hint = match nearest(name, self.known.iter().copied()) {
                Some(near) => format!(", did you mean `{near}`?"),
                None => format!("; it has {}", self.known.join(", ")),
            };
            self.sink
                .add(&key.span(), format!("{} has no `{name}`{hint}", self.name));
        }
    }

    fn inside<T>(
        &self,
        name: String,
        span: Range<usize>,
        table: &DeTable<'_>,
        reader: impl FnOnce(&mut Fields<'_>) -> Option<T>,
    ) -> Option<T> {
        let mut fields = Fields::new(self.sink, name, span, table);
        let read = reader(&mut fields);
        fields.leave();
        read
    }

    /// A table below this one, in brackets as the file has it.
    fn path(&self, name: &str) -> String {
        let own = self.name.trim_start_matches('[').trim_end_matches(']');
        if self.name.starts_with('[') {
            format!("[{own}.{name}]")
        } else {
            format!("[{name}]")
        }
    }

    fn value(&mut self, name: &'static str) -> Option<&'s Spanned<DeValue<'s>>> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        self.table.get(name)
    }

    fn key_span(&self, name: &str) -> Option<Range<usize>> {
        self.table.get_key_value(name).map(|(key, _)| key.span())
    }

    fn missing(&self, name: &str) {
        self.sink
            .add(&self.span, format!("`{name}` of {} is missing", self.name));
    }

    fn found<T>(&self, span: Range<usize>, value: T) -> Found<T> {
        Found {
            value,
            line: self.sink.line(&span),
            span,
        }
    }

    fn as_text(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Found<String>> {
        let text = match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => None,
        };
        self.or_kind(name, value, text, "a text")
    }

    fn or_kind<T>(
        &self,
        name: &str,
        at: &Spanned<DeValue<'_>>,
        value: Option<T>,
        takes: &str,
    ) -> Option<Found<T>> {
        if value.is_none() {
            self.kind(name, at, takes);
        }
        value.map(|value| self.found(at.span(), value))
    }

    fn kind(&self, name: &str, value: &Spanned<DeValue<'_>>, takes: &str) {
        let found = kind(value.get_ref());
        let message = format!("`{name}` of {} takes {takes}, not {found}", self.name);
        self.sink.add(&value.span(), message);
    }
}

/// What an entry of a table holds whose names are the author's own.
pub enum Entry<'f, 's> {
    /// A text.
    Text(Found<String>),
    /// A table.
    Table(&'f mut Fields<'s>),
}

/// What a value is, in a sentence.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a truth value",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
