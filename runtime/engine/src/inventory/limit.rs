//! Limits and exclusions: hosts by name, by group, by pattern.

use std::collections::HashSet;

use globset::Glob;

use super::error::InventoryError;
use super::model::Inventory;
use crate::nearest::did_you_mean;

impl Inventory {
    /// The names of the hosts that patterns choose, in inventory order. No limit means all.
    ///
    /// A pattern is a host's name, a group's name or a glob over host names; several may stand in one, with commas.
    ///
    /// # Errors
    /// [`InventoryError::UnknownPattern`] for one that names nothing, with the nearest name.
    pub fn select(
        &self,
        limit: &[String],
        exclude: &[String],
    ) -> Result<Vec<String>, InventoryError> {
        let wanted = self.matching(limit)?;
        let unwanted = self.matching(exclude)?;
        let chosen = |index: &usize| {
            (limit.is_empty() || wanted.contains(index)) && !unwanted.contains(index)
        };
        let names = self
            .hosts
            .iter()
            .enumerate()
            .filter(|(index, _)| chosen(index))
            .map(|(_, host)| host.name.clone());
        Ok(names.collect())
    }

    fn matching(&self, patterns: &[String]) -> Result<HashSet<usize>, InventoryError> {
        let mut found = HashSet::new();
        for pattern in patterns
            .iter()
            .flat_map(|patterns| patterns.split(','))
            .map(str::trim)
        {
            if pattern.is_empty() {
                continue;
            }
            let hosts = self.matching_one(pattern);
            if hosts.is_empty() && !self.groups.contains_key(pattern) {
                let known = self
                    .hosts
                    .iter()
                    .map(|host| host.name.as_str())
                    .chain(self.groups.keys().map(String::as_str));
                let hint = did_you_mean(pattern, known);
                return Err(InventoryError::UnknownPattern {
                    pattern: pattern.to_owned(),
                    hint,
                });
            }
            found.extend(hosts);
        }
        Ok(found)
    }

    fn matching_one(&self, pattern: &str) -> Vec<usize> {
        if let Some(index) = self.by_name.get(pattern) {
            return vec![*index];
        }
        if pattern == "all" {
            return (0..self.hosts.len()).collect();
        }
        if let Some(group) = self.groups.get(pattern) {
            return group.hosts.clone();
        }
        match Glob::new(pattern) {
            Ok(glob) if pattern.contains(['*', '?', '[', '{']) => {
                let matcher = glob.compile_matcher();
                let hosts = self.hosts.iter().enumerate();
                hosts
                    .filter(|(_, host)| matcher.is_match(&host.name))
                    .map(|(index, _)| index)
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn select(limit: &[&str], exclude: &[&str]) -> Result<Vec<String>, String> {
        let none: [(&str, i32); 0] = [];
        let inventory = Inventory::builder()
            .group("web", ["web-02", "web-01"], none)
            .group("db", ["db-01"], none)
            .group("empty", Vec::<String>::new(), none)
            .build();
        let owned = |patterns: &[&str]| {
            patterns
                .iter()
                .map(|pattern| (*pattern).to_owned())
                .collect::<Vec<_>>()
        };
        inventory
            .select(&owned(limit), &owned(exclude))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn patterns_choose_in_inventory_order() {
        assert_eq!(select(&[], &[]).unwrap(), ["web-02", "web-01", "db-01"]);
        assert_eq!(
            select(&["db-01,web"], &[]).unwrap(),
            ["web-02", "web-01", "db-01"]
        );
        assert_eq!(select(&["*-01"], &["db"]).unwrap(), ["web-01"]);
        assert_eq!(select(&["all"], &["web-0?"]).unwrap(), ["db-01"]);
        assert!(select(&["empty"], &[]).unwrap().is_empty());
    }

    #[test]
    fn what_names_nothing_is_an_error() {
        assert_eq!(
            select(&["wbe-01"], &[]).unwrap_err(),
            "`wbe-01` is no host or group of the inventory, did you mean `web-01`?"
        );
        assert_eq!(
            select(&[], &["cache-*"]).unwrap_err(),
            "`cache-*` is no host or group of the inventory"
        );
    }
}
