//! What a component has from its imports beyond the contract, and where everything else will stand without that.

use std::collections::BTreeSet;

use wasm_encoder::ValType;
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind, ComponentTypeRef,
    Parser, Payload,
};

use super::answers::Imported;
use super::module::{Answer, Answering};

/// What names of the contract begin with.
const CONTRACT: &str = "windlass:plugin/";

/// The function that stands in for the end of a handle.
pub(super) const DROP: &str = "drop";

/// An index space: where each of its items stands once some are left out.
#[derive(Debug, Default)]
pub(super) struct Space(Vec<Option<u32>>);

impl Space {
    fn push(&mut self, kept: bool) {
        let next = self.0.iter().flatten().count();
        self.0.push(u32::try_from(next).ok().filter(|_| kept));
    }

    /// The new index; none where the item is left out.
    pub(super) fn get(&self, index: u32) -> Option<u32> {
        self.0.get(index as usize).copied().flatten()
    }
}

/// The functions that work on one memory and allocate by one function, which are one module.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) memory: Option<u32>,
    pub(super) realloc: Option<u32>,
    pub(super) functions: Vec<Answering>,
}

/// Why a component cannot do without the system.
#[derive(Debug, thiserror::Error)]
pub(super) enum SpaceError {
    #[error("{0}")]
    Malformed(#[from] wasmparser::Error),
    #[error("it imports {0}, for which there is no answer")]
    Unknown(String),
}

/// All that is known before the first byte is written.
#[derive(Debug, Default)]
pub(super) struct Spaces {
    pub(super) types: Space,
    pub(super) instances: Space,
    pub(super) functions: Space,
    /// Definitions of types that are left out, by their position among definitions.
    pub(super) definitions: BTreeSet<usize>,
    pub(super) groups: Vec<Group>,
    /// Names of the instances that are left out, by index.
    names: Vec<Option<String>>,
    /// Interface and name of the functions that are left out, by index.
    left_out: Vec<Option<(String, String)>>,
    /// The definition behind a type's index, where it is one.
    defined: Vec<Option<usize>>,
}

impl Spaces {
    /// Of a component's bytes.
    pub(super) fn of(component: &[u8]) -> Result<Self, SpaceError> {
        let mut spaces = Self::default();
        // Which types only foreign imports have is known once these were seen.
        let foreign = foreign_types(component)?;
        let imported = Imported::of(component);
        let mut definition = 0;
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(component) {
            match payload? {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                _ if depth > 0 => {}
                Payload::ComponentTypeSection(section) => {
                    for _ in section {
                        let kept = !foreign.contains(&spaces.defined.len());
                        if !kept {
                            spaces.definitions.insert(definition);
                        }
                        spaces.types.push(kept);
                        spaces.defined.push(Some(definition));
                        definition += 1;
                    }
                }
                Payload::ComponentImportSection(section) => {
                    for import in section {
                        let import = import?;
                        let kept = import.name.name.starts_with(CONTRACT);
                        let name = (!kept).then(|| import.name.name.to_owned());
                        spaces.item(import.ty.kind(), name, None);
                    }
                }
                Payload::ComponentAliasSection(section) => {
                    for alias in section {
                        spaces.alias(&alias?);
                    }
                }
                Payload::ComponentInstanceSection(section) => {
                    for _ in section {
                        spaces.item(ComponentExternalKind::Instance, None, None);
                    }
                }
                Payload::ComponentCanonicalSection(section) => {
                    for function in section {
                        spaces.canonical(&function?, imported.as_ref())?;
                    }
                }
                Payload::ComponentExportSection(section) => {
                    for export in section {
                        spaces.item(export?.kind, None, None);
                    }
                }
                _ => {}
            }
        }
        Ok(spaces)
    }

    /// The group and the name of the function that stands in for a lowered one; none where that is the contract's.
    pub(super) fn stand_in(&self, function: &CanonicalFunction) -> Option<(usize, String)> {
        let (options, name) = match function {
            CanonicalFunction::Lower {
                func_index,
                options,
            } => {
                let (interface, name) = self.left_out.get(*func_index as usize)?.as_ref()?;
                (&**options, format!("{interface}#{name}"))
            }
            CanonicalFunction::ResourceDrop { resource } if self.types.get(*resource).is_none() => {
                (&[][..], DROP.to_owned())
            }
            _ => return None,
        };
        let (memory, realloc) = memory(options);
        let group = self
            .groups
            .iter()
            .position(|group| group.memory == memory && group.realloc == realloc)?;
        Some((group, name))
    }

    /// Whether what an alias names is left out.
    pub(super) fn leaves_out(&self, alias: &ComponentAlias<'_>) -> bool {
        matches!(alias, ComponentAlias::InstanceExport { instance_index, .. }
            if self.instances.get(*instance_index).is_none())
    }

    /// Whether an import is left out.
    pub(super) fn foreign(name: &str) -> bool {
        !name.starts_with(CONTRACT)
    }

    fn alias(&mut self, alias: &ComponentAlias<'_>) {
        match alias {
            ComponentAlias::InstanceExport {
                kind,
                instance_index,
                name,
            } => {
                let instance = self.names.get(*instance_index as usize).cloned().flatten();
                self.item(*kind, instance, Some((*name).to_owned()));
            }
            ComponentAlias::Outer {
                kind: wasmparser::ComponentOuterAliasKind::Type,
                ..
            } => self.item(ComponentExternalKind::Type, None, None),
            _ => {}
        }
    }

    /// Counts an item. `instance`: the foreign import that it is, or whose export of this name it is.
    fn item(
        &mut self,
        kind: ComponentExternalKind,
        instance: Option<String>,
        name: Option<String>,
    ) {
        let kept = instance.is_none();
        match kind {
            ComponentExternalKind::Type => {
                self.types.push(kept);
                self.defined.push(None);
            }
            ComponentExternalKind::Instance => {
                self.instances.push(kept);
                self.names.push(instance);
            }
            ComponentExternalKind::Func => {
                self.functions.push(kept);
                self.left_out.push(instance.zip(name));
            }
            _ => {}
        }
    }

    fn canonical(
        &mut self,
        function: &CanonicalFunction,
        imported: Option<&Imported>,
    ) -> Result<(), SpaceError> {
        let (options, answering) = match function {
            CanonicalFunction::Lift { .. } => {
                self.item(ComponentExternalKind::Func, None, None);
                return Ok(());
            }
            CanonicalFunction::Lower {
                func_index,
                options,
            } => {
                let Some(Some((interface, name))) = self.left_out.get(*func_index as usize) else {
                    return Ok(());
                };
                let answering = imported.and_then(|all| all.answering(interface, name));
                let unknown = || SpaceError::Unknown(format!("{interface}#{name}"));
                if options.contains(&CanonicalOption::Async) {
                    return Err(unknown());
                }
                (&**options, answering.ok_or_else(unknown)?)
            }
            CanonicalFunction::ResourceDrop { resource } if self.types.get(*resource).is_none() => {
                let answering = Answering {
                    name: DROP.to_owned(),
                    params: vec![ValType::I32],
                    result: None,
                    answer: Answer::value(0),
                };
                (&[][..], answering)
            }
            _ => return Ok(()),
        };
        let (memory, realloc) = memory(options);
        let there = |group: &&mut Group| group.memory == memory && group.realloc == realloc;
        match self.groups.iter_mut().find(there) {
            Some(group) if group.functions.contains(&answering) => {}
            Some(group) => group.functions.push(answering),
            None => self.groups.push(Group {
                memory,
                realloc,
                functions: vec![answering],
            }),
        }
        Ok(())
    }
}

/// The memory and the allocator that a function was lowered with.
fn memory(options: &[CanonicalOption]) -> (Option<u32>, Option<u32>) {
    let (mut memory, mut realloc) = (None, None);
    for option in options {
        match option {
            CanonicalOption::Memory(index) => memory = Some(*index),
            CanonicalOption::Realloc(index) => realloc = Some(*index),
            _ => {}
        }
    }
    (memory, realloc)
}

/// Indices of the types of imports beyond the contract.
fn foreign_types(component: &[u8]) -> Result<BTreeSet<usize>, SpaceError> {
    let mut found = BTreeSet::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let import = import?;
                    if let (true, ComponentTypeRef::Instance(index)) =
                        (Spaces::foreign(import.name.name), import.ty)
                    {
                        found.insert(index as usize);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(found)
}
