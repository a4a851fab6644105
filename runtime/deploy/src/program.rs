//! The files of a deploy: read once, below its folder only, and evaluated.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use starlark::PrintHandler;
use starlark::codemap::FileSpan;
use starlark::environment::{FrozenModule, Module};
use starlark::eval::{Evaluator, FileLoader};
use windlass_engine::deploy::PackModule;
use windlass_engine::place::Place;
use windlass_engine::plugins::Plugins;

use crate::current::{Current, Later, Purpose};
use crate::environment::Environment;
use crate::messages::mistake;
use crate::modules;
use crate::render::{Snippet, render_error};
use crate::source::SourceFile;

/// How many calls and loop rounds an evaluation may take.
const STEPS: u64 = 10_000_000;
/// How many bytes of values an evaluation may hold.
const MEMORY: usize = 128 << 20;
/// How many calls may be inside each other.
const CALLS: usize = 200;

/// Bounds an evaluation.
pub(crate) fn limit(eval: &mut Evaluator) -> starlark::Result<()> {
    let bad = |error: &dyn std::fmt::Display| mistake(error.to_string());
    eval.set_max_tick_count(STEPS)
        .map_err(|error| bad(&error))?;
    eval.set_max_heap_size(MEMORY)
        .map_err(|error| bad(&error))?;
    eval.set_max_callstack_size(CALLS)
        .map_err(|error| bad(&error))
}

/// A deploy file and all files that it loads and includes.
pub(crate) struct Program {
    folder: Utf8PathBuf,
    /// What stands before paths below the folder where files are named.
    prefix: String,
    pub(crate) main: Arc<SourceFile>,
    files: Mutex<BTreeMap<String, Arc<SourceFile>>>,
    modules: Mutex<HashMap<String, FrozenModule>>,
    environment: OnceLock<Result<Arc<Environment>, String>>,
    /// The deploy modules of the packs, which are there as soon as the environment is.
    of_packs: OnceLock<Vec<Arc<PackModule>>>,
    warned: Mutex<HashSet<Place>>,
}

impl Program {
    /// A program of a file and what is below its folder.
    pub(crate) fn new(folder: Utf8PathBuf, prefix: String, main: SourceFile) -> Self {
        let main = Arc::new(main);
        let files = BTreeMap::from([(main.name.clone(), main.clone())]);
        Self {
            folder,
            prefix,
            main,
            files: Mutex::new(files),
            modules: Mutex::default(),
            environment: OnceLock::new(),
            of_packs: OnceLock::new(),
            warned: Mutex::default(),
        }
    }

    /// The folder that paths start from.
    pub(crate) fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// The names that its files have.
    pub(crate) fn environment(&self, plugins: &dyn Plugins) -> Result<Arc<Environment>, String> {
        self.of_packs.get_or_init(|| plugins.deploy_modules());
        self.environment
            .get_or_init(|| {
                Environment::new(plugins)
                    .map(Arc::new)
                    .map_err(|error| error.to_string())
            })
            .clone()
    }

    /// A file that was read.
    pub(crate) fn file_of(&self, name: &str) -> Option<Arc<SourceFile>> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.get(name).cloned()
    }

    /// Reads a file that the file `from` names, once: one below the folder, or a module of a pack.
    ///
    /// # Errors
    /// Why it cannot be read, or its syntax error.
    pub(crate) fn read(&self, from: &str, path: &str) -> Result<Arc<SourceFile>, String> {
        if let Some(name) = modules::meant(from, path)? {
            if let Some(file) = self.file_of(&name) {
                return Ok(file);
            }
            let of_packs = self.of_packs.get().map(Vec::as_slice);
            let file = Arc::new(modules::read(&name, of_packs.unwrap_or_default())?);
            return Ok(self.keep(name, file));
        }
        let relative = self.path_of(path)?;
        let name = format!("{}{relative}", self.prefix);
        if let Some(file) = self.file_of(&name) {
            return Ok(file);
        }
        let text = std::fs::read_to_string(self.folder.join(&relative))
            .map_err(|error| format!("`{path}` cannot be read: {error}"))?;
        let file = Arc::new(SourceFile::parse(&name, text)?);
        Ok(self.keep(name, file))
    }

    fn keep(&self, name: String, file: Arc<SourceFile>) -> Arc<SourceFile> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.entry(name).or_insert(file).clone()
    }

    /// A path relative to the folder, which it must not leave.
    fn path_of(&self, path: &str) -> Result<String, String> {
        let found = self.folder.join(path);
        let real = found.canonicalize_utf8().map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                format!(
                    "there is no file `{path}`{}\n  paths start from the deploy's folder, {}",
                    self.nearest_file(path),
                    self.folder
                )
            } else {
                format!("`{path}` cannot be read: {error}")
            }
        })?;
        let root = self
            .folder
            .canonicalize_utf8()
            .map_err(|error| format!("{}: {error}", self.folder))?;
        match real.strip_prefix(&root) {
            Ok(relative) => Ok(relative.to_string()),
            Err(_) => Err(format!(
                "`{path}` is outside the deploy's folder, {}\n  a deploy loads files below its own folder only",
                self.folder
            )),
        }
    }

    fn nearest_file(&self, path: &str) -> String {
        let path = Utf8Path::new(path);
        let folder = self.folder.join(path.parent().unwrap_or(Utf8Path::new("")));
        let Ok(entries) = folder.read_dir_utf8() else {
            return String::new();
        };
        let names: Vec<String> = entries
            .flatten()
            .map(|entry| entry.file_name().to_owned())
            .filter(|name| name.ends_with(".star"))
            .collect();
        let name = path.file_name().unwrap_or_default();
        match windlass_engine::nearest::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!(", did you mean `{}`?", path.with_file_name(near)),
            None => String::new(),
        }
    }

    /// True the first time that it is asked about a place.
    pub(crate) fn warns_first(&self, place: &Place) -> bool {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        warned.insert(place.clone())
    }

    /// The written text of a place.
    pub(crate) fn snippet(&self, span: &FileSpan) -> Snippet {
        match self.file_of(span.filename()) {
            Some(file) => file.snippet(span.span),
            None => Snippet::plain(span),
        }
    }

    /// An error with its place.
    pub(crate) fn render(&self, error: &starlark::Error) -> String {
        render_error(error, &|span| self.snippet(span))
    }

    /// Evaluates a file in a new module. What runs later is kept with the purpose's context.
    pub(crate) fn evaluate(&self, file: &SourceFile, current: Current) -> starlark::Result<()> {
        let later = current.later.clone();
        let frozen = self.module_of(file, current, |later| !later.is_empty())?;
        if let Some(frozen) = frozen {
            let _ = later.module.set(frozen);
        }
        Ok(())
    }

    /// Evaluates a file; the module is frozen when that is wanted.
    fn module_of(
        &self,
        file: &SourceFile,
        current: Current,
        wanted: impl FnOnce(&Later) -> bool,
    ) -> starlark::Result<Option<FrozenModule>> {
        let environment = self
            .environment
            .get()
            .and_then(|environment| environment.as_ref().ok())
            .ok_or_else(|| mistake("no plugins are loaded"))?;
        let modules = self.loaded(file, &mut vec![file.name.clone()])?;
        let later = current.later.clone();
        let _entered = current.enter();
        Module::with_temp_heap(|module| {
            module.import_public_symbols(&environment.prelude);
            let loader = Loader { modules };
            let mut eval = Evaluator::new(&module);
            limit(&mut eval)?;
            eval.set_loader(&loader);
            eval.set_print_handler(&Printer);
            eval.eval_module(file.module(), &environment.globals)?;
            drop(eval);
            if !wanted(&later) {
                return Ok(None);
            }
            let frozen = module
                .freeze()
                .map_err(|error| mistake(format!("`{}` cannot be kept: {error:?}", file.name)))?;
            Ok(Some(frozen))
        })
    }

    /// The modules that a file loads, evaluated once for all hosts.
    fn loaded(
        &self,
        file: &SourceFile,
        chain: &mut Vec<String>,
    ) -> starlark::Result<HashMap<String, FrozenModule>> {
        let mut modules = HashMap::new();
        for (_, path) in file.loads() {
            let source = self.read(&file.name, &path).map_err(mistake)?;
            if chain.contains(&source.name) {
                chain.push(source.name.clone());
                return Err(mistake(format!(
                    "files load each other: {}\n  move what both need into a third file",
                    chain.join(" -> ")
                )));
            }
            let known = {
                let modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
                modules.get(&source.name).cloned()
            };
            let module = match known {
                Some(module) => module,
                None => {
                    chain.push(source.name.clone());
                    self.loaded(&source, chain)?;
                    chain.pop();
                    self.load(&source)?
                }
            };
            modules.insert(path, module);
        }
        Ok(modules)
    }

    fn load(&self, source: &SourceFile) -> starlark::Result<FrozenModule> {
        let program = Current::get()?.program;
        let relative = source
            .name
            .strip_prefix(&self.prefix)
            .unwrap_or(&source.name);
        let current = Current {
            purpose: Purpose::Loading(relative.to_owned()),
            program,
            outer: Vec::new(),
            later: Arc::new(Later::default()),
        };
        let module = self
            .module_of(source, current, |_| true)?
            .ok_or_else(|| mistake("the file was not kept"))?;
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(modules.entry(source.name.clone()).or_insert(module).clone())
    }

    /// Evaluates a file where the including one stands.
    pub(crate) fn include(&self, path: &str, current: Current) -> starlark::Result<()> {
        let from = current
            .outer
            .last()
            .map_or(&self.main.name, |frame| &frame.file);
        let source = self.read(from, path).map_err(mistake)?;
        if current.outer.iter().any(|frame| frame.file == source.name) {
            return Err(mistake(format!("`{path}` includes itself")));
        }
        let current = Current {
            later: Arc::new(Later::default()),
            ..current
        };
        self.evaluate(&source, current).map_err(|error| {
            mistake(format!(
                "in the included file `{path}`:\n{}",
                self.render(&error)
            ))
        })
    }
}

struct Loader {
    modules: HashMap<String, FrozenModule>,
}

impl FileLoader for Loader {
    fn load(&self, path: &str) -> starlark::Result<FrozenModule> {
        self.modules
            .get(path)
            .cloned()
            .ok_or_else(|| mistake(format!("`{path}` is not loaded")))
    }
}

/// `print` goes into the log.
struct Printer;

impl PrintHandler for Printer {
    fn println(&self, text: &str) -> starlark::Result<()> {
        tracing::info!(target: "windlass::deploy", "{text}");
        Ok(())
    }
}
