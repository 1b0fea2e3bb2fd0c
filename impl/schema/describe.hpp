#pragma once
#include "impl/schema/extract.hpp"
#include "impl/schema/type_graph.hpp"
#include "impl/wire/postcard.hpp"
#include "impl/wire/shape.hpp"

#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

// From described C++ types (see impl/wire/shape.hpp) to the nodes that schemas are extracted from.
namespace vox::schema {

template <class T>
TypeGraph::Node describe(TypeGraph& graph);

namespace detail {

using Form = TypeNode::Form;
using Node = TypeGraph::Node;

// What a declaration is told apart by. Instantiations of a generic C++ template that declares Rust
// parameters share it; every other type is a declaration of its own.
template <template <class...> class>
struct TemplateTag {};
template <class T>
struct DeclarationName {
  static std::string get() { return typeid(T).name(); }
};
template <template <class...> class Generic, class... Args>
  requires(!shape::type_params<Generic<Args...>>().empty())
struct DeclarationName<Generic<Args...>> {
  static std::string get() { return typeid(TemplateTag<Generic>).name(); }
};

template <class... Args>
std::vector<NodeParam> params_of(TypeGraph& graph, std::span<std::string_view const> names,
                                 shape::Types<Args...>) {
  std::vector<NodeParam> params;
  std::vector<Node> const types{describe<Args>(graph)...};
  for (std::size_t i = 0; i < types.size(); ++i) {
    params.push_back({.name = std::string{names[i]}, .type = types[i]});
  }
  return params;
}

template <class T>
TypeGraph::Declared declare(TypeGraph& graph, Form form, std::string_view name) {
  return graph.declare(form, name, params_of(graph, shape::type_params<T>(), shape::type_args<T>{}),
                       std::string{name} + " " + DeclarationName<T>::get());
}

template <class T>
std::vector<NodePart> parts_of(TypeGraph& graph) {
  std::vector<NodePart> parts;
  shape::for_each_field_type<T>([&]<class Part>(std::type_identity<Part>, std::string_view name) {
    parts.push_back({.name = std::string{name}, .type = describe<Part>(graph)});
  });
  if constexpr (requires { T::defaulted; }) {
    T const value{};
    auto part = parts.begin();
    shape::for_each_field(value, [&](auto const& field, std::string_view name) {
      if (shape::is_defaulted<T>(name)) part->default_value = wire::encode_value(field);
      ++part;
    });
  }
  return parts;
}

template <class Alternative>
NodeVariant variant_of(TypeGraph& graph) {
  constexpr auto kind = shape::variant_kind<Alternative>();
  NodeVariant variant{.name = std::string{Alternative::name}, .kind = kind, .parts = {}};
  if constexpr (kind == shape::VariantKind::newtype) {
    variant.parts = {{{}, describe<shape::newtype_payload<Alternative>>(graph)}};
  } else {
    variant.parts = parts_of<Alternative>(graph);
    // A struct variant has no defaults in 0.4.0.
    for (auto& part : variant.parts)
      part.default_value.reset();
  }
  return variant;
}

template <class... Alternatives>
std::vector<NodeVariant> variants_of(TypeGraph& graph, shape::Types<Alternatives...>) {
  std::vector<NodeVariant> variants;
  (variants.push_back(variant_of<Alternatives>(graph)), ...);
  return variants;
}

template <class T>
Node describe_nominal(TypeGraph& graph) {
  constexpr auto kind = shape::kind<T>;
  if constexpr (kind == shape::Kind::tuple_struct) {
    auto const [node, is_new] = declare<T>(graph, Form::tuple_struct, typeid(T).name());
    if (is_new) node->parts = parts_of<T>(graph);
    return node;
  } else if constexpr (kind == shape::Kind::structure) {
    auto const [node, is_new] = declare<T>(graph, Form::structure, shape::name<T>);
    if (is_new) node->parts = parts_of<T>(graph);
    return node;
  } else {
    auto const [node, is_new] = declare<T>(graph, Form::enumeration, shape::name<T>);
    if (!is_new) return node;
    if constexpr (kind == shape::Kind::choice) {
      for (auto& name : shape::choice_names<T>())
        node->variants.push_back({std::move(name), shape::VariantKind::unit, {}});
    } else {
      node->variants = variants_of(graph, shape::alternatives<T>{});
    }
    return node;
  }
}

template <class T, std::size_t... I>
Node describe_tuple(TypeGraph& graph, std::index_sequence<I...>) {
  return graph.tuple({describe<std::tuple_element_t<I, T>>(graph)...});
}

template <class T>
inline constexpr bool is_view_list = false;
template <class T>
inline constexpr bool is_view_list<std::span<T>> = true;
template <class T>
inline constexpr bool is_hashed = requires { typename T::hasher; };

template <class T>
Node describe_container(TypeGraph& graph) {
  constexpr auto kind = shape::kind<T>;
  if constexpr (kind == shape::Kind::map) {
    auto const key = describe<typename T::key_type>(graph);
    auto const value = describe<typename T::mapped_type>(graph);
    return is_hashed<T> ? graph.hash_map(key, value) : graph.btree_map(key, value);
  } else {
    auto const element = describe<typename T::value_type>(graph);
    if constexpr (kind == shape::Kind::option) {
      return graph.option(element);
    } else if constexpr (kind == shape::Kind::array) {
      return graph.array(element, std::tuple_size_v<T>);
    } else if constexpr (kind == shape::Kind::set) {
      return is_hashed<T> ? graph.hash_set(element) : graph.btree_set(element);
    } else {
      return is_view_list<T> ? graph.slice(element) : graph.vec(element);
    }
  }
}

template <class T>
Node describe_primitive(TypeGraph& graph) {
  constexpr auto kind = shape::kind<T>;
  if constexpr (kind == shape::Kind::unit) {
    return graph.primitive(Primitive::unit, typeid(T).name());
  } else if constexpr (kind == shape::Kind::never) {
    return graph.primitive(Primitive::never);
  } else if constexpr (kind == shape::Kind::payload) {
    return graph.primitive(Primitive::payload);
  } else {
    // A view is a &str, whose declaration is not String's.
    constexpr bool is_view = std::same_as<T, std::string_view>;
    auto const name = shape::primitive_name<T>();
    return graph.primitive(*primitive_named(name), is_view ? "str" : name);
  }
}

}  // namespace detail

// The node of a described type, made together with those of all its parts if it is not there yet.
template <class T>
TypeGraph::Node describe(TypeGraph& graph) {
  using K = shape::Kind;
  constexpr auto kind = shape::kind<T>;
  if constexpr (kind == K::pointer) {
    return describe<std::remove_cv_t<typename T::element_type>>(graph);
  } else if constexpr (kind == K::transparent) {
    return describe<shape::sole_field_type<T>>(graph);
  } else if constexpr (kind == K::channel) {
    return graph.channel(T::channel_direction, describe<typename T::channel_element>(graph));
  } else if constexpr (kind == K::result) {
    auto const ok = describe<typename T::value_type>(graph);
    return graph.result(ok, describe<typename T::error_type>(graph));
  } else if constexpr (kind == K::tuple) {
    return detail::describe_tuple<T>(graph, std::make_index_sequence<std::tuple_size_v<T>>{});
  } else if constexpr (kind == K::structure || kind == K::tuple_struct || kind == K::choice ||
                       kind == K::sum) {
    return detail::describe_nominal<T>(graph);
  } else if constexpr (kind == K::list || kind == K::set || kind == K::map || kind == K::array ||
                       kind == K::option) {
    return detail::describe_container<T>(graph);
  } else {
    return detail::describe_primitive<T>(graph);
  }
}

// What is announced of a C++ type; extracted once.
template <class T>
LocalType const& local_type() {
  static LocalType const local = [] {
    TypeGraph graph;
    return extract(*describe<T>(graph));
  }();
  return local;
}

}  // namespace vox::schema
