#pragma once
#include "impl/wire/shape.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

// Types that are hard to describe: each exists for one turn that the extraction takes. The vectors
// have the schemas of Rust types of the same names (conformance/vectors/schemas.json).
namespace vox::schema::shapes {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using String = std::string;
template <class T>
using Vec = std::vector<T>;
template <class T>
using Opt = std::optional<T>;
template <class T>
using Box = std::unique_ptr<T>;
using Infallible = shape::Never;

// The first Vec of a pass decides what every later one looks like.
struct BytesFirst {
  static constexpr std::string_view rust_name = "BytesFirst";
  Vec<u8> a;
  Vec<String> b;
  Vec<u32> c;
};
BOOST_DESCRIBE_STRUCT(BytesFirst, (), (a, b, c))
struct BytesLast {
  static constexpr std::string_view rust_name = "BytesLast";
  Vec<String> b;
  Vec<u8> a;
};
BOOST_DESCRIBE_STRUCT(BytesLast, (), (b, a))
struct BytesBetween {
  static constexpr std::string_view rust_name = "BytesBetween";
  Vec<String> a;
  Vec<u8> b;
  Vec<Vec<u8>> c;
};
BOOST_DESCRIBE_STRUCT(BytesBetween, (), (a, b, c))
struct BytesNested {
  static constexpr std::string_view rust_name = "BytesNested";
  Vec<Vec<u8>> a;
  Vec<u8> b;
  Opt<Vec<u32>> c;
};
BOOST_DESCRIBE_STRUCT(BytesNested, (), (a, b, c))

// All arrays of a pass share the length of the first.
struct Arr {
  static constexpr std::string_view rust_name = "Arr";
  std::array<u8, 4> a;
  std::array<u32, 2> b;
  std::array<u16, 3> c;
};
BOOST_DESCRIBE_STRUCT(Arr, (), (a, b, c))
struct ArrA {
  static constexpr std::string_view rust_name = "ArrA";
  std::array<u32, 2> a;
  std::array<u32, 3> b;
};
BOOST_DESCRIBE_STRUCT(ArrA, (), (a, b))

// A field of the type of a parameter becomes that parameter, by chance or not.
template <class T>
struct Wrap {
  static constexpr std::string_view rust_name = "Wrap";
  static constexpr std::array<std::string_view, 1> type_params{"T"};
  using type_args = shape::Types<T>;
  T v;
  Vec<T> w;
  u32 n = 0;
  BOOST_DESCRIBE_CLASS(Wrap, (), (v, w, n), (), ())
};
struct TwoWrap {
  static constexpr std::string_view rust_name = "TwoWrap";
  Wrap<String> a;
  Wrap<u32> b;
};
BOOST_DESCRIBE_STRUCT(TwoWrap, (), (a, b))
template <class K, class V>
struct Gen {
  static constexpr std::string_view rust_name = "Gen";
  static constexpr std::array<std::string_view, 2> type_params{"K", "V"};
  using type_args = shape::Types<K, V>;
  K k;
  Opt<V> v;
  BOOST_DESCRIBE_CLASS(Gen, (), (k, v), (), ())
};
template <class A, class B>
struct Pair {
  static constexpr std::string_view rust_name = "Pair";
  static constexpr std::array<std::string_view, 2> type_params{"A", "B"};
  using type_args = shape::Types<A, B>;
  A first;
  B second;
  BOOST_DESCRIBE_CLASS(Pair, (), (first, second), (), ())
};
template <class L>
struct Left {
  static constexpr std::string_view name = "Left";
  using newtype = void;
  L value;
  BOOST_DESCRIBE_CLASS(Left, (), (value), (), ())
};
template <class R>
struct Right {
  static constexpr std::string_view name = "Right";
  using newtype = void;
  R value;
  BOOST_DESCRIBE_CLASS(Right, (), (value), (), ())
};
template <class L, class R>
struct Both {
  static constexpr std::string_view name = "Both";
  L left;
  R right;
  BOOST_DESCRIBE_CLASS(Both, (), (left, right), (), ())
};
struct Neither {
  static constexpr std::string_view name = "Neither";
};
BOOST_DESCRIBE_STRUCT(Neither, (), ())
template <class L, class R>
struct Either : std::variant<Left<L>, Right<R>, Both<L, R>, Neither> {
  static constexpr std::string_view rust_name = "Either";
  static constexpr std::array<std::string_view, 2> type_params{"L", "R"};
  using type_args = shape::Types<L, R>;
};
template <class T>
struct GenericTuple {
  static constexpr std::array<std::string_view, 1> type_params{"T"};
  using type_args = shape::Types<T>;
  using tuple_struct = void;
  T first;
  u8 second = 0;
  BOOST_DESCRIBE_CLASS(GenericTuple, (), (first, second), (), ())
};
template <class T>
struct GenericTree {
  static constexpr std::string_view rust_name = "GenericTree";
  static constexpr std::array<std::string_view, 1> type_params{"T"};
  using type_args = shape::Types<T>;
  T value;
  Vec<GenericTree> children;
  BOOST_DESCRIBE_CLASS(GenericTree, (), (value, children), (), ())
};

// Recursion, alone and between types.
struct Node {
  static constexpr std::string_view rust_name = "Node";
  u32 value = 0;
  Opt<Box<Node>> next;
};
BOOST_DESCRIBE_STRUCT(Node, (), (value, next))
struct Outer {
  static constexpr std::string_view rust_name = "Outer";
  Node n;
  u8 k = 0;
};
BOOST_DESCRIBE_STRUCT(Outer, (), (n, k))
struct TreeNode {
  static constexpr std::string_view rust_name = "TreeNode";
  String label;
  Vec<TreeNode> children;
};
BOOST_DESCRIBE_STRUCT(TreeNode, (), (label, children))
struct Tree {
  static constexpr std::string_view rust_name = "Tree";
  u32 v = 0;
  Vec<Tree> kids;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (v, kids))
struct M2;
struct M3;
struct M1 {
  static constexpr std::string_view rust_name = "M1";
  Opt<std::shared_ptr<M2>> x;
};
BOOST_DESCRIBE_STRUCT(M1, (), (x))
struct M2 {
  static constexpr std::string_view rust_name = "M2";
  Opt<std::shared_ptr<M3>> y;
  u8 q = 0;
};
BOOST_DESCRIBE_STRUCT(M2, (), (y, q))
struct M3 {
  static constexpr std::string_view rust_name = "M3";
  Vec<M1> z;
};
BOOST_DESCRIBE_STRUCT(M3, (), (z))
struct B1;
struct A1 {
  static constexpr std::string_view rust_name = "A1";
  Opt<std::shared_ptr<B1>> b;
  u8 z = 0;
};
BOOST_DESCRIBE_STRUCT(A1, (), (b, z))
struct B1 {
  static constexpr std::string_view rust_name = "B1";
  Vec<A1> a;
  String s;
};
BOOST_DESCRIBE_STRUCT(B1, (), (a, s))
struct Expr;
struct Literal {
  static constexpr std::string_view name = "Literal";
  using newtype = void;
  u64 value = 0;
};
BOOST_DESCRIBE_STRUCT(Literal, (), (value))
struct Add {
  static constexpr std::string_view name = "Add";
  std::shared_ptr<Expr> left;
  std::shared_ptr<Expr> right;
};
BOOST_DESCRIBE_STRUCT(Add, (), (left, right))
struct ExprBody : std::variant<Literal, Add> {
  static constexpr std::string_view rust_name = "ExprBody";
};
struct Expr {
  static constexpr std::string_view rust_name = "Expr";
  ExprBody body;
};
BOOST_DESCRIBE_STRUCT(Expr, (), (body))
struct MapNode {
  static constexpr std::string_view rust_name = "MapNode";
  std::map<String, MapNode> children;
};
BOOST_DESCRIBE_STRUCT(MapNode, (), (children))
struct Document;
struct Null {
  static constexpr std::string_view name = "Null";
};
BOOST_DESCRIBE_STRUCT(Null, (), ())
struct Flag {
  static constexpr std::string_view name = "Flag";
  using newtype = void;
  bool value = false;
};
BOOST_DESCRIBE_STRUCT(Flag, (), (value))
struct Items {
  static constexpr std::string_view name = "Items";
  using newtype = void;
  Vec<Document> items;
};
BOOST_DESCRIBE_STRUCT(Items, (), (items))
struct Fields {
  static constexpr std::string_view name = "Fields";
  using newtype = void;
  std::map<String, Document> fields;
};
BOOST_DESCRIBE_STRUCT(Fields, (), (fields))
struct Document : std::variant<Null, Flag, Items, Fields> {
  static constexpr std::string_view rust_name = "Document";
};
struct TwoCycles {
  static constexpr std::string_view rust_name = "TwoCycles";
  Node list;
  TreeNode tree;
};
BOOST_DESCRIBE_STRUCT(TwoCycles, (), (list, tree))

// Newtypes and tuple structs.
struct Unit0 {};
BOOST_DESCRIBE_STRUCT(Unit0, (), ())
struct NT {
  using tuple_struct = void;
  u64 value = 0;
};
BOOST_DESCRIBE_STRUCT(NT, (), (value))
struct NTT {
  using transparent = void;
  u64 value = 0;
};
BOOST_DESCRIBE_STRUCT(NTT, (), (value))
struct Blob {
  using transparent = void;
  Vec<u8> bytes;
};
BOOST_DESCRIBE_STRUCT(Blob, (), (bytes))
struct TS {
  using tuple_struct = void;
  u64 first = 0;
  String second;
};
BOOST_DESCRIBE_STRUCT(TS, (), (first, second))

// Every kind of payload.
struct A {
  static constexpr std::string_view name = "A";
};
BOOST_DESCRIBE_STRUCT(A, (), ())
struct B {
  static constexpr std::string_view name = "B";
  using newtype = void;
  u32 value = 0;
};
BOOST_DESCRIBE_STRUCT(B, (), (value))
struct C {
  static constexpr std::string_view name = "C";
  u8 x = 0;
};
BOOST_DESCRIBE_STRUCT(C, (), (x))
struct D {
  static constexpr std::string_view name = "D";
  using tuple_variant = void;
  u8 first = 0;
  u16 second = 0;
};
BOOST_DESCRIBE_STRUCT(D, (), (first, second))
struct Disc : std::variant<A, B, C, D> {
  static constexpr std::string_view rust_name = "Disc";
};

// Defaults.
struct Dflt {
  static constexpr std::string_view rust_name = "Dflt";
  static constexpr std::array<std::string_view, 2> defaulted{"a", "c"};
  u32 a = 300;
  Opt<u32> b;
  Opt<String> c;
};
BOOST_DESCRIBE_STRUCT(Dflt, (), (a, b, c))
struct V {
  static constexpr std::string_view name = "V";
  static constexpr std::array<std::string_view, 1> defaulted{"a"};
  u32 a = 0;
  u8 b = 0;
};
BOOST_DESCRIBE_STRUCT(V, (), (a, b))
struct DefaultInVariant : std::variant<V> {
  static constexpr std::string_view rust_name = "DefaultInVariant";
};

// Tuples by arity, sets and maps, text and references.
struct TupN {
  static constexpr std::string_view rust_name = "TupN";
  std::tuple<u8> a;
  std::tuple<u16> b;
  std::pair<u8, String> c;
};
BOOST_DESCRIBE_STRUCT(TupN, (), (a, b, c))
struct Sets {
  static constexpr std::string_view rust_name = "Sets";
  std::unordered_set<u32> a;
  std::set<String> b;
  std::unordered_map<String, u32> c;
  std::map<String, String> d;
};
BOOST_DESCRIBE_STRUCT(Sets, (), (a, b, c, d))
struct StrKinds {
  static constexpr std::string_view rust_name = "StrKinds";
  String a;
  std::string_view b;
  std::string_view c;
  char32_t d = U'a';
};
BOOST_DESCRIBE_STRUCT(StrKinds, (), (a, b, c, d))
struct Refs {
  static constexpr std::string_view rust_name = "Refs";
  std::string_view a;
  std::span<u8 const> b;
  std::string_view c;
  Box<u32> d;
  std::shared_ptr<String> e;
  std::span<u32 const> f;
};
BOOST_DESCRIBE_STRUCT(Refs, (), (a, b, c, d, e, f))
struct Options {
  static constexpr std::string_view rust_name = "Options";
  Opt<u8> a;
  Opt<Opt<u8>> b;
  Opt<Vec<Opt<String>>> c;
};
BOOST_DESCRIBE_STRUCT(Options, (), (a, b, c))

}  // namespace vox::schema::shapes
