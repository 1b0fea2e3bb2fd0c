#include "conformance/trace/macros.hpp"

namespace voxspec {
namespace {

constexpr std::string_view macro_text = R"json({
"open_connection": {
  "about": "Opens a connection on our next id and waits until it is accepted",
  "parameters": {
    "as": {"about": "The name that the connection's id gets", "type": "text"},
    "id": {"about": "The id", "type": "id", "default": {"fresh": "connection"}},
    "service": {"about": "The service asked for", "type": "text", "default": "Testbed"},
    "settings": {"about": "Our settings", "type": "value",
      "default": {"parity": "odd", "max_concurrent_requests": 64}},
    "metadata": {"about": "All metadata", "type": "value",
      "default": [{"key": "vox-service", "value": {"$": "service"}}]},
    "accept": {"about": "A pattern for the fields of the accept", "type": "value", "default": {}}
  },
  "steps": [
    {"let": {"$": "as"}, "be": {"$": "id"}},
    {"send": {"on": {"$": "id"}, "connection_open":
      {"connection_settings": {"$": "settings"}, "metadata": {"$": "metadata"}}}},
    {"expect": [{"on": {"$": "id"}, "connection_accept": {"$": "accept"}}], "passing": ["schema"]}
  ]
},
"accept_connection": {
  "about": "Waits for the subject to open a connection and accepts it",
  "parameters": {
    "as": {"about": "The name that the connection's id gets", "type": "text"},
    "open": {"about": "A pattern for the fields of the open", "type": "value", "default": {}},
    "settings": {"about": "Our settings", "type": "value",
      "default": {"parity": "ours", "max_concurrent_requests": 64}},
    "metadata": {"about": "All metadata", "type": "value", "default": []}
  },
  "steps": [
    {"expect": [{"on": {"$": "$as"}, "connection_open": {"$": "open"}}], "passing": ["schema"]},
    {"send": {"on": {"$": "$as"}, "connection_accept":
      {"connection_settings": {"$": "settings"}, "metadata": {"$": "metadata"}}}}
  ]
},
"close_connection": {
  "about": "Closes a connection",
  "parameters": {
    "on": {"about": "The connection", "type": "id"},
    "metadata": {"about": "All metadata", "type": "value", "default": []}
  },
  "steps": [{"send": {"on": {"$": "on"}, "connection_close": {"metadata": {"$": "metadata"}}}}]
},
"request": {
  "about": "Announces a method's arguments and calls it, without waiting for the answer",
  "parameters": {
    "on": {"about": "The connection", "type": "id", "default": 0},
    "method": {"about": "The method", "type": "text"},
    "args": {"about": "The arguments in a list, or bytes", "type": "value", "default": []},
    "id": {"about": "The request's id", "type": "id", "default": {"fresh": "request"}},
    "as": {"about": "The name that the request's id gets", "type": "text", "optional": true},
    "metadata": {"about": "All metadata", "type": "value", "default": []},
    "announced": {"about": "true: the schemas are known already", "type": "boolean",
      "optional": true}
  },
  "steps": [
    {"announce": {"on": {"$": "on"}, "method": {"$": "method"}}, "unless": "announced"},
    {"let": {"$": "as"}, "be": {"$": "id"}, "when": "as"},
    {"send": {"on": {"$": "on"}, "request_call": {"id": {"$": "id"},
      "method_id": {"method": {"$": "method"}}, "metadata": {"$": "metadata"},
      "args": {"args_of": {"$": "method"}, "value": {"$": "args"}}}}}
  ]
},
"call": {
  "about": "Calls a method and waits for the answer",
  "parameters": {
    "on": {"about": "The connection", "type": "id", "default": 0},
    "method": {"about": "The method", "type": "text"},
    "args": {"about": "The arguments in a list, or bytes", "type": "value", "default": []},
    "returns": {"about": "A pattern for the answer: {\"Ok\": value} or {\"Err\": error}",
      "type": "value", "optional": true},
    "id": {"about": "The request's id", "type": "id", "default": {"fresh": "request"}},
    "as": {"about": "The name that the request's id gets", "type": "text", "optional": true},
    "metadata": {"about": "All metadata", "type": "value", "default": []},
    "announced": {"about": "true: the schemas are known already", "type": "boolean",
      "default": false}
  },
  "steps": [
    {"request": {"on": {"$": "on"}, "method": {"$": "method"}, "args": {"$": "args"},
      "id": {"$": "id"}, "metadata": {"$": "metadata"}, "announced": {"$": "announced"}}},
    {"let": {"$": "as"}, "be": {"$": "id"}, "when": "as"},
    {"expect": [{"on": {"$": "on"}, "request_response": {"id": {"$": "id"},
      "ret": {"returned_by": {"$": "method"}, "value": {"$": "returns"}}}}],
      "passing": ["schema"], "when": "returns"},
    {"expect": [{"on": {"$": "on"}, "request_response": {"id": {"$": "id"}}}],
      "passing": ["schema"], "unless": "returns"}
  ]
},
"cancel": {
  "about": "Cancels a request of ours",
  "parameters": {
    "on": {"about": "The connection", "type": "id", "default": 0},
    "id": {"about": "The request's id", "type": "id"},
    "metadata": {"about": "All metadata", "type": "value", "default": []}
  },
  "steps": [{"send": {"on": {"$": "on"}, "request_cancel":
    {"id": {"$": "id"}, "metadata": {"$": "metadata"}}}}]
},
"reply": {
  "about": "Announces a method's result and answers a request of the subject",
  "parameters": {
    "on": {"about": "The connection", "type": "id", "default": 0},
    "to": {"about": "The request's id", "type": "id"},
    "method": {"about": "The method", "type": "text"},
    "value": {"about": "What the method returns", "type": "value", "optional": true},
    "error": {"about": "The VoxError in its place", "type": "value", "optional": true},
    "ret": {"about": "The bytes in their place", "type": "value", "optional": true},
    "metadata": {"about": "All metadata", "type": "value", "default": []},
    "announced": {"about": "true: the schemas are known already", "type": "boolean",
      "optional": true}
  },
  "steps": [
    {"announce": {"on": {"$": "on"}, "method": {"$": "method"}, "direction": "response"},
      "unless": "announced"},
    {"send": {"on": {"$": "on"}, "request_response": {"id": {"$": "to"},
      "metadata": {"$": "metadata"},
      "ret": {"returned_by": {"$": "method"}, "value": {"Ok": {"$": "value"}}}}}, "when": "value"},
    {"send": {"on": {"$": "on"}, "request_response": {"id": {"$": "to"},
      "metadata": {"$": "metadata"},
      "ret": {"returned_by": {"$": "method"}, "value": {"Err": {"$": "error"}}}}}, "when": "error"},
    {"send": {"on": {"$": "on"}, "request_response": {"id": {"$": "to"},
      "metadata": {"$": "metadata"}, "ret": {"$": "ret"}}}, "when": "ret"}
  ]
},
"serve": {
  "about": "Waits for a call of the subject and answers it",
  "parameters": {
    "on": {"about": "The connection", "type": "id", "default": 0},
    "method": {"about": "The method", "type": "text"},
    "args": {"about": "A pattern for the arguments", "type": "value", "optional": true},
    "as": {"about": "The name that the request's id gets", "type": "text",
      "default": {"fresh": "name"}},
    "value": {"about": "What the method returns", "type": "value"}
  },
  "steps": [
    {"expect": [{"on": {"$": "on"}, "request_call": {"id": {"$": "$as"},
      "method_id": {"method": {"$": "method"}},
      "args": {"args_of": {"$": "method"}, "value": {"$": "args"}}}}],
      "passing": ["schema"], "when": "args"},
    {"expect": [{"on": {"$": "on"}, "request_call": {"id": {"$": "$as"},
      "method_id": {"method": {"$": "method"}}}}], "passing": ["schema"], "unless": "args"},
    {"reply": {"on": {"$": "on"}, "to": {"$": "$as"}, "method": {"$": "method"},
      "value": {"$": "value"}}}
  ]
},
"grant": {
  "about": "Grants credit on a channel",
  "parameters": {
    "on": {"about": "The connection", "type": "id", "default": 0},
    "channel": {"about": "The channel's id", "type": "id"},
    "credit": {"about": "How many more items may come", "type": "number"}
  },
  "steps": [{"send": {"on": {"$": "on"}, "channel_grant_credit":
    {"id": {"$": "channel"}, "additional": {"$": "credit"}}}}]
},
"item": {
  "about": "Sends one item on a channel",
  "parameters": {
    "on": {"about": "The connection", "type": "id", "default": 0},
    "channel": {"about": "The channel's id", "type": "id"},
    "type": {"about": "The item's type in Rust notation", "type": "text"},
    "value": {"about": "The item", "type": "value"}
  },
  "steps": [{"send": {"on": {"$": "on"}, "channel_item": {"id": {"$": "channel"},
    "item": {"as": {"$": "type"}, "value": {"$": "value"}}}}}]
}
})json";

}  // namespace

Json const& macros() {
  static Json const table = Json::parse(macro_text);
  return table;
}

}  // namespace voxspec
