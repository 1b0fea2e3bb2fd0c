//! Types that are hard to describe: each exists for one turn that the description takes.
//!
//! Their values are never looked at, only their shapes.
#![allow(dead_code)]

use facet::Facet;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use vox::{Rx, Tx};

/// Declares the types and keeps their text, so that it can stand beside the vectors.
macro_rules! declare {
    ($({ $($tokens:tt)* })*) => {
        $(#[derive(Facet)] $($tokens)*)*
        pub const DECLARATIONS: &[&str] = &[$(stringify!($($tokens)*)),*];
    };
}

declare! {
    // The first Vec of a pass decides what every later one looks like.
    { pub struct BytesFirst { pub a: Vec<u8>, pub b: Vec<String>, pub c: Vec<u32> } }
    { pub struct BytesLast { pub b: Vec<String>, pub a: Vec<u8> } }
    { pub struct BytesBetween { pub a: Vec<String>, pub b: Vec<u8>, pub c: Vec<Vec<u8>> } }
    { pub struct BytesNested { pub a: Vec<Vec<u8>>, pub b: Vec<u8>, pub c: Option<Vec<u32>> } }
    // All arrays of a pass share the length of the first.
    { pub struct Arr { pub a: [u8; 4], pub b: [u32; 2], pub c: [u16; 3] } }
    { pub struct ArrA { pub a: [u32; 2], pub b: [u32; 3] } }
    // A field of the type of a parameter becomes that parameter, by chance or not.
    { pub struct Wrap<T> { pub v: T, pub w: Vec<T>, pub n: u32 } }
    { pub struct TwoWrap { pub a: Wrap<String>, pub b: Wrap<u32> } }
    { pub struct Gen<K, V> { pub k: K, pub v: Option<V> } }
    { pub struct Pair<A, B> { pub first: A, pub second: B } }
    { #[repr(u8)] pub enum Either<L, R> { Left(L), Right(R), Both { left: L, right: R }, Neither } }
    { pub struct GenericTuple<T>(pub T, pub u8); }
    { pub struct GenericTree<T> { pub value: T, pub children: Vec<GenericTree<T>> } }
    // Recursion, alone and between types.
    { pub struct Node { pub value: u32, pub next: Option<Box<Node>> } }
    { pub struct Outer { pub n: Node, pub k: u8 } }
    { pub struct TreeNode { pub label: String, pub children: Vec<TreeNode> } }
    { pub struct Tree { pub v: u32, pub kids: Vec<Tree> } }
    { pub struct M1 { pub x: Option<Box<M2>> } }
    { pub struct M2 { pub y: Option<Box<M3>>, pub q: u8 } }
    { pub struct M3 { pub z: Vec<M1> } }
    { pub struct A1 { pub b: Option<Box<B1>>, pub z: u8 } }
    { pub struct B1 { pub a: Vec<A1>, pub s: String } }
    { pub struct Expr { pub body: ExprBody } }
    { #[repr(u8)] pub enum ExprBody { Literal(u64), Add { left: Box<Expr>, right: Box<Expr> } } }
    { pub struct MapNode { pub children: BTreeMap<String, MapNode> } }
    { #[repr(u8)] pub enum Document { Null, Flag(bool), Items(Vec<Document>), Fields(BTreeMap<String, Document>) } }
    { pub struct TwoCycles { pub list: Node, pub tree: TreeNode } }
    // Newtypes, tuple structs and what has no fields.
    { pub struct Unit0; }
    { pub struct EmptyS {} }
    { pub struct NT(pub u64); }
    { #[repr(transparent)] #[facet(transparent)] pub struct NTT(pub u64); }
    { #[repr(transparent)] #[facet(transparent)] pub struct Blob(pub Vec<u8>); }
    { pub struct TS(pub u64, pub String); }
    { pub struct Newtypes { pub a: NT, pub b: NTT, pub c: Blob, pub d: Unit0, pub e: EmptyS } }
    // Enums: discriminants are not described, every kind of payload is.
    { #[repr(u8)] pub enum Disc { A = 5, B(u32) = 9, C { x: u8 } = 200, D(u8, u16) = 7 } }
    { #[repr(u8)] pub enum Payloads { Unit, Empty(), One(String), Two(u8, u8), Named { a: Vec<u8> }, NoNames {} } }
    // Defaults and renames.
    { pub struct Dflt { #[facet(default)] pub a: u32, pub b: Option<u32>, #[facet(default)] pub c: Option<String> } }
    { #[repr(u8)] pub enum DefaultInVariant { V { #[facet(default)] a: u32, b: u8 } } }
    { pub struct Ren { #[facet(rename = "b")] pub a: u32 } }
    { #[repr(u8)] #[facet(rename_all = "snake_case")] pub enum RenE { FooBar, BazQux } }
    // Tuples by arity, sets and maps, text and references.
    { pub struct TupN { pub a: (u8,), pub b: (u16,), pub c: (u8, String) } }
    { pub struct Sets { pub a: HashSet<u32>, pub b: BTreeSet<String>, pub c: HashMap<String, u32>, pub d: BTreeMap<String, String> } }
    { pub struct StrKinds { pub a: String, pub b: &'static str, pub c: Cow<'static, str>, pub d: char } }
    { pub struct Refs<'a> { pub a: &'a str, pub b: &'a [u8], pub c: Cow<'a, str>, pub d: Box<u32>, pub e: Arc<String>, pub f: &'a [u32] } }
    // Options in each other, channels beside values.
    { pub struct Options { pub a: Option<u8>, pub b: Option<Option<u8>>, pub c: Option<Vec<Option<String>>> } }
    { pub struct Channels { pub input: Rx<String>, pub output: Tx<Vec<u8>>, pub more: Tx<u32> } }
}
