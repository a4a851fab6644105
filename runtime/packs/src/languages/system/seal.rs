//! A component without its imports of a system: in their place stand modules that give the answers.

use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent, component_utils};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, Component, ComponentAliasSection, ComponentImportSection,
    ComponentSectionId, ComponentTypeSection, ExportKind, InstanceSection, ModuleArg, RawSection,
};
use wasmparser::{CanonicalFunction, Parser, Payload};

use super::module::{FROM, Given, MEMORY, REALLOC, module};
use super::spaces::Spaces;
use crate::inspect::Interfaces;
use crate::languages::error::LanguageError;

/// What is done to a core module on the way; none: it stays as it is.
pub(in crate::languages) type Change = fn(&[u8]) -> Option<Vec<u8>>;

/// Gives a component that a tool made the answers to all that it imports beyond the contract.
pub(in crate::languages) fn seal(
    component: &[u8],
    change: Change,
) -> Result<Vec<u8>, LanguageError> {
    let refused = |error: &dyn std::fmt::Display| {
        LanguageError::Component(format!("what the tool made cannot be closed: {error}"))
    };
    let root = root(component);
    let spaces = Spaces::of(root).map_err(|error| refused(&error))?;
    let mut sealed = Component::new();
    let mut sealing = Sealing::new(&spaces, change);
    sealing
        .parse_component(&mut sealed, Parser::new(0), root)
        .map_err(|error| refused(&error))?;
    let sealed = sealed.finish();
    wasmparser::Validator::new()
        .validate_all(&sealed)
        .map_err(|error| refused(&error))?;
    Ok(sealed)
}

/// The component inside one that does nothing but join it to stubs: the one that exports all that the whole does.
fn root(component: &[u8]) -> &[u8] {
    let exports = |bytes: &[u8]| Interfaces::of(bytes).map(|found| found.exports);
    let Ok(wanted) = exports(component) else {
        return component;
    };
    let mut depth = 0_usize;
    let mut inner = component;
    for payload in Parser::new(0).parse_all(component) {
        match payload {
            Ok(Payload::ModuleSection { .. }) if depth == 0 => return component,
            Ok(Payload::ComponentSection {
                unchecked_range, ..
            }) => {
                let range = usize::try_from(unchecked_range.start)
                    .ok()
                    .zip(usize::try_from(unchecked_range.end).ok());
                let bytes = range.and_then(|(start, end)| component.get(start..end));
                if let Some(bytes) = bytes.filter(|_| depth == 0)
                    && exports(bytes).is_ok_and(|there| there == wanted)
                {
                    inner = bytes;
                }
                depth += 1;
            }
            Ok(Payload::ModuleSection { .. }) => depth += 1,
            Ok(Payload::End(_)) => depth = depth.saturating_sub(1),
            Ok(_) => {}
            Err(_) => return component,
        }
    }
    inner
}

/// Writes the component anew.
struct Sealing<'a> {
    spaces: &'a Spaces,
    change: Change,
    /// How many definitions of types were read.
    definitions: usize,
    /// How deep in a type's own declarations the reader is: indices there are theirs.
    depth: u32,
    /// Where core instances and modules stand, by their old indices.
    instances: Vec<u32>,
    modules: Vec<u32>,
    /// How many of each were written.
    instances_written: u32,
    modules_written: u32,
    /// The instance of each group, once it is there.
    groups: Vec<Option<u32>>,
    /// Something that stays needs what is left out.
    lost: bool,
}

impl<'a> Sealing<'a> {
    fn new(spaces: &'a Spaces, change: Change) -> Self {
        Self {
            spaces,
            change,
            definitions: 0,
            depth: 0,
            instances: Vec::new(),
            modules: Vec::new(),
            instances_written: 0,
            modules_written: 0,
            groups: vec![None; spaces.groups.len()],
            lost: false,
        }
    }

    fn kept(&mut self, index: Option<u32>) -> u32 {
        self.lost |= index.is_none();
        index.unwrap_or_default()
    }

    /// The instance of a group's module; it is written when it is first asked for, and what it is given is there.
    fn group(&mut self, component: &mut Component, group: usize) -> Option<u32> {
        if let Some(Some(there)) = self.groups.get(group) {
            return Some(*there);
        }
        let made = self.spaces.groups.get(group)?;
        let what = Given {
            memory: made.memory.is_some(),
            realloc: made.realloc.is_some(),
        };
        raw(
            component,
            ComponentSectionId::CoreModule,
            &module(&made.functions, what),
        );
        let mut instances = InstanceSection::new();
        let memory = made.memory.map(|index| (MEMORY, ExportKind::Memory, index));
        let realloc = made.realloc.map(|index| (REALLOC, ExportKind::Func, index));
        let given: Vec<_> = memory.into_iter().chain(realloc).collect();
        instances.export_items(given);
        let environment = ModuleArg::Instance(self.instances_written);
        instances.instantiate(self.modules_written, [(FROM, environment)]);
        component.section(&instances);
        let there = self.instances_written + 1;
        self.instances_written += 2;
        self.modules_written += 1;
        if let Some(slot) = self.groups.get_mut(group) {
            *slot = Some(there);
        }
        Some(there)
    }

    fn canonical(
        &mut self,
        component: &mut Component,
        function: CanonicalFunction,
    ) -> Result<(), Error> {
        if let Some((group, name)) = self.spaces.stand_in(&function) {
            let instance = self.group(component, group);
            let instance = self.kept(instance);
            let mut aliases = ComponentAliasSection::new();
            aliases.alias(Alias::CoreInstanceExport {
                instance,
                kind: ExportKind::Func,
                name: &name,
            });
            component.section(&aliases);
        } else {
            let mut section = CanonicalFunctionSection::new();
            self.parse_component_canonical(&mut section, function)?;
            component.section(&section);
        }
        Ok(())
    }
}

fn raw(component: &mut Component, id: ComponentSectionId, data: &[u8]) {
    component.section(&RawSection {
        id: id.into(),
        data,
    });
}

impl Reencode for Sealing<'_> {
    type Error = std::convert::Infallible;
}

impl ReencodeComponent for Sealing<'_> {
    fn component_type_index(&mut self, index: u32) -> u32 {
        if self.depth > 0 {
            return index;
        }
        self.kept(self.spaces.types.get(index))
    }

    fn component_instance_index(&mut self, index: u32) -> u32 {
        if self.depth > 0 {
            return index;
        }
        self.kept(self.spaces.instances.get(index))
    }

    fn component_func_index(&mut self, index: u32) -> u32 {
        self.kept(self.spaces.functions.get(index))
    }

    fn instance_index(&mut self, index: u32) -> u32 {
        self.kept(self.instances.get(index as usize).copied())
    }

    fn module_index(&mut self, index: u32) -> u32 {
        self.kept(self.modules.get(index as usize).copied())
    }

    fn outer_component_type_index(&mut self, count: u32, index: u32) -> u32 {
        if count == self.depth {
            return self.kept(self.spaces.types.get(index));
        }
        index
    }

    fn push_depth(&mut self) {
        self.depth += 1;
    }

    fn pop_depth(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn parse_component_payload(
        &mut self,
        component: &mut Component,
        payload: Payload<'_>,
        whole: &[u8],
    ) -> Result<(), Error> {
        let bytes = |range: std::ops::Range<u64>| {
            let (start, end) = (range.start as usize, range.end as usize);
            whole.get(start..end).unwrap_or_default()
        };
        match payload {
            Payload::ModuleSection {
                unchecked_range, ..
            } => {
                let module = bytes(unchecked_range);
                let changed = (self.change)(module);
                raw(
                    component,
                    ComponentSectionId::CoreModule,
                    changed.as_deref().unwrap_or(module),
                );
                self.modules.push(self.modules_written);
                self.modules_written += 1;
            }
            Payload::ComponentSection {
                unchecked_range, ..
            } => raw(
                component,
                ComponentSectionId::Component,
                bytes(unchecked_range),
            ),
            Payload::ComponentTypeSection(section) => {
                let mut types = ComponentTypeSection::new();
                for ty in section {
                    let ty = ty?;
                    if !self.spaces.definitions.contains(&self.definitions) {
                        self.parse_component_type(types.ty(), ty)?;
                    }
                    self.definitions += 1;
                }
                component.section(&types);
            }
            Payload::ComponentImportSection(section) => {
                let mut imports = ComponentImportSection::new();
                for import in section {
                    let import = import?;
                    if !Spaces::foreign(import.name.name) {
                        imports.import(import.name, self.component_type_ref(import.ty)?);
                    }
                }
                component.section(&imports);
            }
            Payload::ComponentAliasSection(section) => {
                let mut aliases = ComponentAliasSection::new();
                for alias in section {
                    let alias = alias?;
                    if !self.spaces.leaves_out(&alias) {
                        aliases.alias(self.component_alias(alias)?);
                    }
                }
                component.section(&aliases);
            }
            Payload::ComponentCanonicalSection(section) => {
                for function in section {
                    self.canonical(component, function?)?;
                }
            }
            Payload::InstanceSection(section) => {
                let mut instances = InstanceSection::new();
                for instance in section {
                    self.parse_instance(&mut instances, instance?)?;
                    self.instances.push(self.instances_written);
                    self.instances_written += 1;
                }
                component.section(&instances);
            }
            // Names by index, which are others now; they serve only who reads the bytes.
            Payload::CustomSection(section) if section.name() == "component-name" => {}
            other => component_utils::parse_component_payload(self, component, other, whole)?,
        }
        Ok(())
    }
}
