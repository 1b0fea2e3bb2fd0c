//! The Probe service: types and behaviour that Testbed lacks, described in docs/probe.md.

use facet::Facet;
use std::collections::{BTreeMap, BTreeSet};
use vox::{Rx, Tx};
use vox_types::Reborrow;

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Batch {
    pub cells: [u32; 4],
    pub totals: BTreeMap<String, u32>,
    pub labels: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Place {
    pub row: i32,
    pub name: String,
}

/// An item of a channel has to say that it borrows nothing.
unsafe impl Reborrow for Place {
    type Ref<'a> = Place;
}

#[derive(Debug, Clone, PartialEq, Facet)]
#[repr(u8)]
pub enum Mark {
    Blank,
    Span(u32, u32),
    At(Place, String),
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Ticket {
    pub title: String,
    #[facet(default = 3)]
    pub priority: u32,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Tree {
    pub value: u32,
    pub children: Vec<Tree>,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Chain {
    pub name: String,
    pub links: Vec<Link>,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Link {
    pub weight: u32,
    pub next: Option<Chain>,
}

#[derive(Debug, Clone, Copy, PartialEq, Facet)]
#[repr(u8)]
pub enum ProbeError {
    FirstTime,
}

#[derive(Facet)]
pub struct Tally {
    pub label: String,
    pub numbers: Rx<i32>,
    pub copies: Option<Tx<i32>>,
}

#[derive(Facet)]
#[repr(u8)]
pub enum Source {
    Nothing,
    Numbers(Rx<i32>),
    Copied { copies: Tx<i32>, numbers: Rx<i32> },
}

#[vox::service]
pub trait Probe {
    async fn echo_batch(&self, batch: Batch) -> Batch;
    async fn echo_mark(&self, mark: Mark) -> Mark;
    async fn echo_ticket(&self, ticket: Ticket) -> Ticket;
    async fn echo_tree(&self, tree: Tree) -> Tree;
    async fn echo_chain(&self, chain: Chain) -> Chain;
    async fn make_tree(&self, depth: u32) -> Tree;
    async fn make_chain(&self, depth: u32) -> Chain;
    async fn gather(&self, places: Rx<Place>) -> Vec<Place>;
    async fn tally(&self, tally: Tally) -> i64;
    async fn follow(&self, source: Source) -> i64;
    async fn run(&self, key: String) -> u32;
    #[vox(idem)]
    async fn run_idem(&self, key: String) -> u32;
    #[vox(persist)]
    async fn run_persist(&self, key: String) -> u32;
    async fn fail_once(&self, key: String) -> Result<u32, ProbeError>;
    async fn vanish_once(&self, key: String) -> u32;
    #[vox(idem)]
    async fn vanish_once_idem(&self, key: String) -> u32;
    async fn wait(&self, key: String) -> u32;
    #[vox(idem)]
    async fn wait_idem(&self, key: String) -> u32;
    #[vox(persist)]
    async fn wait_persist(&self, key: String) -> u32;
    async fn let_go(&self, key: String);
    async fn runs(&self, key: String, at_least: u32) -> u32;
}
