//! A guest's surroundings during one call: who answers its questions, and what it has used.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::Semaphore;
use wasmtime::component::HasSelf;
use wasmtime::component::Linker;
use wasmtime::{Engine, Store};
use windlass_engine::local_files::Entry;
use windlass_engine::plugins::{ErrorKind, GuestError, PlanningView};

use crate::bindings::windlass::plugin::{context, facts, local_files, log, secrets, types};
use crate::component::Component;
use crate::limits::Limits;
use crate::meter::{self, Meter, Metered};
use crate::question::{Answer, Fingerprint, Question};
use crate::translate;

mod leave;

use leave::{Awaited, LEAVES};

/// A question with what tells its answer apart.
pub(crate) type Asked = (Arc<Question>, Fingerprint);

/// A log line: its level and message.
pub(crate) type LogLine = (String, String);

/// The state of one guest call.
pub(crate) struct Guest {
    view: Option<Arc<dyn PlanningView>>,
    meter: Meter,
    /// Answers that were had already, when a remembered call turned out to be another.
    known: VecDeque<(Arc<Question>, Answer)>,
    asked: Vec<Asked>,
    /// Present while it may leave: permits to wait without leaving.
    patience: Option<Arc<Semaphore>>,
    /// The answers it was given, for when it begins anew.
    given: Vec<(Arc<Question>, Answer)>,
    /// The answer that it left for.
    awaited: Option<Awaited>,
    /// How often it has left.
    left: u32,
    /// Log lines that were shown before it began anew.
    shown: usize,
    log: Vec<LogLine>,
    /// Its component; none while that is asked what it is.
    component: Option<Arc<Component>>,
}

impl Metered for Guest {
    fn meter(&mut self) -> &mut Meter {
        &mut self.meter
    }
}

impl Guest {
    /// A guest that asks `view`; without one it may not ask.
    pub(crate) fn new(
        view: Option<Arc<dyn PlanningView>>,
        limits: &Arc<Limits>,
        known: VecDeque<(Arc<Question>, Answer)>,
    ) -> Self {
        Self {
            view,
            meter: Meter::new(limits),
            known,
            asked: Vec::new(),
            patience: None,
            given: Vec::new(),
            awaited: None,
            left: 0,
            shown: 0,
            log: Vec::new(),
            component: None,
        }
    }

    /// A guest of this component: its remarks stand under its name, and it may have another namespace here than its own.
    pub(crate) fn of(mut self, component: &Arc<Component>) -> Self {
        self.component = Some(component.clone());
        self
    }

    /// Has it ask another view from here on.
    pub(crate) fn look_through(&mut self, view: Arc<dyn PlanningView>) {
        self.view = Some(view);
    }

    /// A fresh store that holds it to its limits.
    pub(crate) fn into_store(self, engine: &Engine) -> Store<Self> {
        meter::store(self, engine)
    }

    /// What it asked.
    pub(crate) fn questions(&self) -> Vec<Arc<Question>> {
        let asked = self.asked.iter();
        asked.map(|(question, _)| question.clone()).collect()
    }

    /// What it asked and logged.
    pub(crate) fn finish(self) -> (Vec<Asked>, Vec<LogLine>) {
        (self.asked, self.log)
    }

    async fn ask(&mut self, question: Question) -> wasmtime::Result<Answer> {
        self.meter.charge();
        let answer = self.answer(question).await;
        self.meter.resume();
        answer
    }

    async fn answer(&mut self, question: Question) -> wasmtime::Result<Answer> {
        self.meter.count_call()?;
        let (question, answer) = match self.known.pop_front() {
            Some((known, answer)) if *known == question => (known, answer),
            _ => {
                self.known.clear();
                let question = Arc::new(question);
                let answer = self.wait(&question).await?;
                (question, answer)
            }
        };
        self.asked.push((question.clone(), answer.fingerprint()));
        if self.patience.is_some() && self.left < LEAVES {
            self.given.push((question, answer.clone()));
        }
        Ok(answer)
    }

    async fn ask_json(&mut self, question: Question) -> wasmtime::Result<Option<String>> {
        match self.ask(question).await? {
            Answer::Json(value) => Ok(value),
            other => Err(unexpected(&other)),
        }
    }

    async fn ask_bool(
        &mut self,
        question: Question,
    ) -> wasmtime::Result<Result<bool, types::Error>> {
        match self.ask(question).await? {
            Answer::Bool(answer) => Ok(for_guest(answer)),
            other => Err(unexpected(&other)),
        }
    }
}

fn unexpected(answer: &Answer) -> wasmtime::Error {
    wasmtime::Error::msg(format!("an answer to another question: {answer:?}"))
}

fn for_guest<T>(answer: Result<T, GuestError>) -> Result<T, types::Error> {
    answer.map_err(|error| translate::wit_error(&error))
}

pub(crate) fn entry(entry: Entry) -> types::Entry {
    types::Entry {
        kind: entry.kind.as_str().to_owned(),
        mode: entry.mode,
        size: entry.size,
        target: entry.target,
    }
}

/// A linker with the planning world, and nothing else.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    types::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest)?;
    facts::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest)?;
    context::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest)?;
    local_files::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest)?;
    secrets::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest)?;
    log::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest)?;
    Ok(linker)
}

impl types::Host for Guest {}

impl facts::Host for Guest {
    async fn get(
        &mut self,
        request: facts::Request,
    ) -> wasmtime::Result<Result<String, types::Error>> {
        let mut answers = self.get_all(vec![request]).await?;
        answers
            .pop()
            .ok_or_else(|| wasmtime::Error::msg("a fact was asked for and not answered"))
    }

    async fn get_all(
        &mut self,
        requests: Vec<facts::Request>,
    ) -> wasmtime::Result<Vec<Result<String, types::Error>>> {
        let wanted = requests.len();
        let requests = requests.into_iter().map(translate::request);
        let mut requests = requests.collect::<Result<Vec<_>, _>>()?;
        let component = self.component.as_ref();
        if let Some(alias) = component.and_then(|component| component.alias.get()) {
            requests.iter_mut().for_each(|one| alias.request(one));
        }
        match self.ask(Question::Facts(requests)).await? {
            Answer::Facts(answers) if answers.len() == wanted => {
                Ok(answers.into_iter().map(for_guest).collect())
            }
            other => Err(unexpected(&other)),
        }
    }
}

impl context::Host for Guest {
    async fn host(&mut self, pointer: String) -> wasmtime::Result<Option<String>> {
        self.ask_json(Question::Host(pointer)).await
    }

    async fn inventory(&mut self, pointer: String) -> wasmtime::Result<Option<String>> {
        self.ask_json(Question::Inventory(pointer)).await
    }

    async fn global(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        self.ask_json(Question::Global(name)).await
    }

    async fn temp_path(&mut self, key: String) -> wasmtime::Result<String> {
        match self.ask(Question::TempPath(key)).await? {
            Answer::Text(path) => Ok(path),
            other => Err(unexpected(&other)),
        }
    }
}

impl local_files::Host for Guest {
    async fn stat(
        &mut self,
        path: String,
    ) -> wasmtime::Result<Result<Option<types::Entry>, types::Error>> {
        match self.ask(Question::Stat(path)).await? {
            Answer::Stat(answer) => Ok(for_guest(answer.map(|found| found.map(entry)))),
            other => Err(unexpected(&other)),
        }
    }

    async fn times(&mut self, path: String) -> wasmtime::Result<Result<(i64, i64), types::Error>> {
        match self.ask(Question::Times(path)).await? {
            Answer::Times(answer) => Ok(for_guest(answer)),
            other => Err(unexpected(&other)),
        }
    }

    async fn digest(
        &mut self,
        path: String,
        algorithm: String,
    ) -> wasmtime::Result<Result<String, types::Error>> {
        match self.ask(Question::Digest(path, algorithm)).await? {
            Answer::Digest(answer) => Ok(for_guest(answer)),
            other => Err(unexpected(&other)),
        }
    }

    async fn walk(
        &mut self,
        path: String,
    ) -> wasmtime::Result<Result<Vec<(String, types::Entry)>, types::Error>> {
        match self.ask(Question::Walk(path)).await? {
            Answer::Walk(answer) => Ok(for_guest(answer.map(|found| {
                let found = found.into_iter();
                found.map(|(path, below)| (path, entry(below))).collect()
            }))),
            other => Err(unexpected(&other)),
        }
    }

    async fn read(
        &mut self,
        path: String,
        offset: u64,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, types::Error>> {
        match self.ask(Question::Read(path, offset, limit)).await? {
            Answer::Bytes(answer) => Ok(for_guest(answer)),
            other => Err(unexpected(&other)),
        }
    }
}

impl secrets::Host for Guest {
    async fn matches(
        &mut self,
        content: Vec<types::Atom>,
        algorithm: String,
        digest: String,
    ) -> wasmtime::Result<Result<bool, types::Error>> {
        let atoms = content.into_iter().map(translate::atom);
        match atoms.collect::<Result<Vec<_>, _>>() {
            Ok(atoms) => {
                self.ask_bool(Question::Matches(atoms, algorithm, digest))
                    .await
            }
            Err(refused) => Ok(for_guest(Err(GuestError::new(
                ErrorKind::InvalidValue,
                refused.to_string(),
            )))),
        }
    }

    async fn is_empty(&mut self, secret: u32) -> wasmtime::Result<Result<bool, types::Error>> {
        self.ask_bool(Question::IsEmpty(secret)).await
    }
}

impl log::Host for Guest {
    async fn write(&mut self, level: String, message: String) -> wasmtime::Result<()> {
        self.meter.count_line(&message)?;
        if self.log.len() >= self.shown
            && let (Some(view), Some(component)) = (&self.view, &self.component)
        {
            view.log(&component.name, &level, &message);
        }
        self.log.push((level, message));
        Ok(())
    }
}
