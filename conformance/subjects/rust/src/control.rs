//! The control channel of docs/control.md: orders come as lines on standard input, and what
//! the application sees goes out as lines on standard output. Nothing is judged here.

use crate::control_calls::{Half, Halves, call_method, cannot_call};
use crate::release::connection_settings;
use crate::service::TestbedService;
use crate::session::FAREWELL;
use crate::testbed::{TestbedClient, TestbedDispatcher};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, Write, stdin, stdout};
use std::sync::{Arc, Mutex};
use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinSet};
use vox::{
    Caller, ConnectionHandle, Driver, FromVoxSession, MetadataEntry, Parity, PendingConnection,
    SessionError, VOX_SERVICE_METADATA_KEY,
};
use vox_types::ConnectionId;

/// A caller of one connection. The root's has the session with it, a virtual connection's its id.
struct Connection {
    client: TestbedClient,
    id: Option<ConnectionId>,
}

/// What is to be done with the next connection that the peer opens.
struct Answer {
    name: String,
    accepts: bool,
    /// The connection that it is joined with, if any.
    to: Option<String>,
}

/// Shared by everything that takes orders or brings something to report.
pub struct Control {
    parity: Parity,
    connections: Mutex<HashMap<String, Connection>>,
    /// Opened to be joined with others.
    handles: Mutex<HashMap<String, ConnectionHandle>>,
    calls: Mutex<HashMap<String, AbortHandle>>,
    /// What ends with a report.
    telling: Mutex<JoinSet<()>>,
    answers: Mutex<VecDeque<Answer>>,
    /// Orders that came before there was a session; nothing from then on.
    waiting: Mutex<Option<Vec<Value>>>,
    halves: Halves,
}

fn print(line: Value) {
    let mut out = stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

fn report(of: &str, saw: Value) {
    print(json!({"of": of, "saw": saw}));
}

fn cannot(of: &str, why: &str) {
    print(json!({"of": of, "cannot": why}));
}

fn text<'a>(order: &'a Value, key: &str, otherwise: &'a str) -> &'a str {
    order.get(key).and_then(Value::as_str).unwrap_or(otherwise)
}

fn failure(error: &SessionError) -> Value {
    let word = match error {
        SessionError::Io(_) => "io",
        SessionError::Protocol(_) => "protocol",
        SessionError::Rejected(_) => "rejected",
        SessionError::NotResumable => "not_resumable",
        SessionError::ConnectTimeout => "connect_timeout",
    };
    json!({"failed": word, "text": error.to_string()})
}

impl Control {
    pub fn new(parity: Parity) -> Arc<Self> {
        Arc::new(Self {
            parity,
            connections: Mutex::default(),
            handles: Mutex::default(),
            calls: Mutex::default(),
            telling: Mutex::default(),
            answers: Mutex::default(),
            waiting: Mutex::new(Some(vec![])),
            halves: Halves::default(),
        })
    }

    /// Reads orders until standard input ends. Must be called inside the runtime.
    pub fn start(self: &Arc<Self>) {
        let (control, runtime) = (self.clone(), Handle::current());
        std::thread::spawn(move || {
            let _inside = runtime.enter();
            for line in stdin().lock().lines() {
                let Ok(line) = line else { return };
                if let Ok(order) = serde_json::from_str::<Value>(&line) {
                    control.take(order);
                }
            }
        });
    }

    /// Does in the background what ends with a report.
    fn tell(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.telling.lock().unwrap().spawn(work);
    }

    /// Once the session is over what runs on it ends as well, which is reported, too.
    pub async fn told(&self) {
        let mut telling = std::mem::take(&mut *self.telling.lock().unwrap());
        let all = async { while telling.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(FAREWELL, all).await;
    }

    /// The session's root is called "root" from now on.
    pub fn begin(self: &Arc<Self>, client: TestbedClient) {
        self.keep("root", Connection { client, id: None });
        // Locked meanwhile, so that no later order overtakes these.
        let mut waiting = self.waiting.lock().unwrap();
        for order in waiting.take().into_iter().flatten() {
            self.obey(&order);
        }
    }

    /// The peer may know sooner than this application that the session has begun.
    fn take(self: &Arc<Self>, order: Value) {
        match &mut *self.waiting.lock().unwrap() {
            Some(waiting) => waiting.push(order),
            None => self.obey(&order),
        }
    }

    /// Decides about a connection that the peer opens as the last order of the kind says, and
    /// gives it back if there was none.
    pub fn decide(
        &self,
        connection: PendingConnection,
    ) -> Result<Result<(), Vec<MetadataEntry<'static>>>, PendingConnection> {
        let Some(answer) = self.answers.lock().unwrap().pop_front() else {
            return Err(connection);
        };
        if !answer.accepts {
            report(&answer.name, json!("rejected"));
            return Ok(Err(vec![MetadataEntry::str("error", "rejected by order")]));
        }
        if let Some(to) = &answer.to {
            report(&answer.name, self.join(connection, to));
            return Ok(Ok(()));
        }
        let client = connection.handle_with_client(TestbedDispatcher::new(TestbedService));
        self.keep(&answer.name, Connection { client, id: None });
        report(&answer.name, json!("accepted"));
        Ok(Ok(()))
    }

    fn join(&self, connection: PendingConnection, to: &str) -> Value {
        match self.handles.lock().unwrap().remove(to) {
            None => json!({"failed": "protocol", "text": "there is no such connection"}),
            Some(handle) => {
                connection.proxy_to(handle);
                json!("joined")
            }
        }
    }

    fn keep(&self, name: &str, connection: Connection) {
        self.connections
            .lock()
            .unwrap()
            .insert(name.to_owned(), connection);
    }

    fn client(&self, order: &Value) -> Option<TestbedClient> {
        let connections = self.connections.lock().unwrap();
        let found = connections.get(text(order, "on", "root"))?;
        Some(found.client.clone())
    }

    fn obey(self: &Arc<Self>, order: &Value) {
        let name = text(order, "as", "").to_owned();
        match text(order, "do", "") {
            "call" => self.call(name, order),
            "cancel" => self.cancel(name, order),
            "open" => self.open(name, order),
            "answer_next" => self.answer_next(name, order),
            "close" => self.close(name, order),
            "drop" => self.let_go(name, order),
            "send" => self.on_channel(name, order, Use::Send),
            "take" => self.on_channel(name, order, Use::Take),
            "end" => self.on_channel(name, order, Use::End),
            _ => cannot(&name, "there is no such order"),
        }
    }

    fn call(self: &Arc<Self>, name: String, order: &Value) {
        let Some(client) = self.client(order) else {
            return cannot(&name, "there is no such connection");
        };
        let method = text(order, "method", "").to_owned();
        let args = order.get("args").cloned().unwrap_or(json!([]));
        if let Some(why) = cannot_call(&method, &args) {
            return cannot(&name, &why);
        }
        report(&name, json!("begun"));
        let halves = self.halves.clone();
        // Locked before the call can go out, so that no end of the session overtakes its report.
        let mut telling = self.telling.lock().unwrap();
        let task = tokio::spawn(async move { call_method(client, &method, &args, &halves).await });
        self.calls
            .lock()
            .unwrap()
            .insert(name.clone(), task.abort_handle());
        telling.spawn(async move {
            let given_up = || json!({"failed": "given_up"});
            report(&name, task.await.unwrap_or_else(|_| given_up()));
        });
    }

    fn cancel(&self, name: String, order: &Value) {
        match self.calls.lock().unwrap().get(text(order, "call", "")) {
            None => cannot(&name, "there is no such call"),
            Some(call) => {
                report(&name, json!("begun"));
                call.abort();
                report(&name, json!("done"));
            }
        }
    }

    fn open(self: &Arc<Self>, name: String, order: &Value) {
        let root = self.connections.lock().unwrap();
        let Some(session) = root
            .get("root")
            .and_then(|root| root.client.session.clone())
        else {
            return cannot(&name, "there is no session");
        };
        drop(root);
        report(&name, json!("begun"));
        let limit = order.get("max_concurrent_requests").and_then(Value::as_u64);
        let limit = limit.and_then(|n| n.try_into().ok()).unwrap_or(64);
        let settings = connection_settings(self.parity, limit);
        let to_join = order.get("to_join").and_then(Value::as_bool) == Some(true);
        let control = self.clone();
        self.tell(async move {
            let service = MetadataEntry::str(VOX_SERVICE_METADATA_KEY, TestbedClient::SERVICE_NAME);
            match session.open_connection(settings, vec![service]).await {
                Err(error) => report(&name, failure(&error)),
                Ok(handle) if to_join => {
                    control.handles.lock().unwrap().insert(name.clone(), handle);
                    report(&name, json!("opened"));
                }
                Ok(handle) => {
                    let id = Some(handle.connection_id());
                    let mut driver = Driver::new(handle, TestbedDispatcher::new(TestbedService));
                    let caller = Caller::new(driver.caller());
                    let client = TestbedClient::from_vox_session(caller, None);
                    tokio::spawn(async move { driver.run().await });
                    control.keep(&name, Connection { client, id });
                    report(&name, json!("opened"));
                }
            }
        });
    }

    fn answer_next(&self, name: String, order: &Value) {
        let accepts = text(order, "with", "") != "reject";
        let to = order.get("to").and_then(Value::as_str).map(str::to_owned);
        let mut answers = self.answers.lock().unwrap();
        report(&name, json!("begun"));
        answers.push_back(Answer { name, accepts, to });
    }

    fn close(self: &Arc<Self>, name: String, order: &Value) {
        let connections = self.connections.lock().unwrap();
        let session = connections
            .get("root")
            .and_then(|root| root.client.session.clone());
        let id = connections
            .get(text(order, "on", "root"))
            .and_then(|found| found.id);
        drop(connections);
        let (Some(session), Some(id)) = (session, id) else {
            return cannot(&name, "the crates close only connections that they opened");
        };
        report(&name, json!("begun"));
        self.tell(async move {
            match session.close_connection(id, vec![]).await {
                Ok(()) => report(&name, json!("closed")),
                Err(error) => report(&name, failure(&error)),
            }
        });
    }

    fn let_go(&self, name: String, order: &Value) {
        match self
            .connections
            .lock()
            .unwrap()
            .remove(text(order, "on", "root"))
        {
            None => cannot(&name, "there is no such connection"),
            Some(connection) => {
                report(&name, json!("begun"));
                drop(connection);
                report(&name, json!("done"));
            }
        }
    }

    fn on_channel(&self, name: String, order: &Value, what: Use) {
        let Some(half) = self.halves.find(text(order, "channel", "")) else {
            return cannot(&name, "there is no such channel");
        };
        report(&name, json!("begun"));
        let order = order.clone();
        self.tell(async move {
            let mut half = half.lock().await;
            let saw = match what {
                Use::Send => half.send(order.get("items"), order.get("times")).await,
                Use::Take => half.take(order.get("count")).await,
                Use::End => {
                    std::mem::replace(&mut *half, Half::Ended).end().await;
                    json!("done")
                }
            };
            report(&name, saw);
        });
    }
}

#[derive(Clone, Copy)]
enum Use {
    Send,
    Take,
    End,
}
