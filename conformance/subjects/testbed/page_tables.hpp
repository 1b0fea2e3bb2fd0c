#pragma once
#include <string_view>

// What docs/testbed.md says of each method and scenario beyond what the catalogue knows.
namespace voxspec::pages {

struct MethodExample {
  std::string_view name;
  std::string_view arguments;  // their names
  std::string_view does;
  std::string_view args;    // an example, as JSON
  std::string_view result;  // what a subject answers to it
};
inline constexpr MethodExample methods[] = {
    {"echo", "message", "gives the text back", R"(["hi"])", R"({"Ok": "hi"})"},
    {"reverse", "message", "the characters from the last to the first", R"(["héy"])",
     R"({"Ok": "yéh"})"},
    {"divide", "dividend, divisor",
     "the quotient, cut towards zero; `DivisionByZero`; `Overflow` for the least number by -1",
     "[10, 3]", R"({"Ok": 3})"},
    {"lookup", "id",
     "1 is Alice, 30, alice@example.com; 2 is Bob, 25, without an address; 3 is Charlie, 35, "
     "charlie@example.com; 100 to "
     "199 `AccessDenied`; all others `NotFound`",
     "[2]", R"({"Ok": {"name": "Bob", "age": 25, "email": null}})"},
    {"sum", "numbers", "adds the items up until the channel is closed", "[1]", R"({"Ok": 15})"},
    {"generate", "count, output", "sends 0, 1, … count - 1 and closes the channel", "[5, 1]",
     R"({"Ok": null})"},
    {"generate_retry_non_idem", "count, output", "the same", "[40, 1]", R"({"Ok": null})"},
    {"generate_retry_idem", "count, output", "the same, and declared idempotent", "[40, 1]",
     R"({"Ok": null})"},
    {"transform", "input, output",
     "sends each item back until `input` is closed, then closes `output`", "[1, 3]",
     R"({"Ok": null})"},
    {"echo_point", "point", "gives it back", R"([{"x": 42, "y": -7}])",
     R"({"Ok": {"x": 42, "y": -7}})"},
    {"create_person", "name, age, email", "a person of these", R"(["Dave", 40, null])",
     R"({"Ok": {"name": "Dave", "age": 40, "email": null}})"},
    {"rectangle_area", "rect",
     "the product of the differences of the x and of the y, without a sign",
     R"([{"top_left": {"x": 0, "y": 10}, "bottom_right": {"x": 5, "y": 0}, "label": null}])",
     R"({"Ok": 50.0})"},
    {"parse_color", "name", "the color of this name, in capitals or not; none if there is none",
     R"(["Green"])", R"({"Ok": "Green"})"},
    {"shape_area", "shape", "pi r², width times height, or 0",
     R"([{"Rectangle": {"width": 3.0, "height": 4.0}}])", R"({"Ok": 12.0})"},
    {"create_canvas", "name, shapes, background", "a canvas of these",
     R"(["c", ["Point"], "Blue"])",
     R"({"Ok": {"name": "c", "shapes": ["Point"], "background": "Blue"}})"},
    {"echo_gnarly", "payload", "gives it back",
     R"([{"revision": 1, "mount": "/", "entries": [], "footer": null, "digest": {"hex": "00ff"}}])",
     R"({"Ok": {"revision": 1, "mount": "/", "entries": [], "footer": null, "digest": {"hex": "00ff"}}})"},
    {"process_message", "msg",
     "a text with \"processed: \" before it; twice the number; the bytes from the last to the "
     "first",
     R"([{"Number": 21}])", R"({"Ok": {"Number": 42}})"},
    {"get_points", "count", "the points (i, 2i) for i from 0 to count - 1", "[2]",
     R"({"Ok": [{"x": 0, "y": 0}, {"x": 1, "y": 2}]})"},
    {"swap_pair", "pair", "the same the other way round", R"([[99, "a"]])", R"({"Ok": ["a", 99]})"},
    {"echo_bytes", "data", "gives it back", R"([{"hex": "01ff"}])", R"({"Ok": {"hex": "01ff"}})"},
    {"echo_bool", "b", "gives it back", "[true]", R"({"Ok": true})"},
    {"echo_u64", "n", "gives it back", "[300]", R"({"Ok": 300})"},
    {"echo_option_string", "s", "gives it back", R"([null])", R"({"Ok": null})"},
    {"sum_large", "numbers", "as sum", "[1]", R"({"Ok": 4950})"},
    {"generate_large", "count, output", "as generate", "[100, 1]", R"({"Ok": null})"},
    {"all_colors", "", "red, green, blue", "null", R"({"Ok": ["Red", "Green", "Blue"]})"},
    {"describe_point", "label, x, y, active", "a point of these", R"(["p", 1, -1, true])",
     R"({"Ok": {"label": "p", "x": 1, "y": -1, "active": true}})"},
    {"echo_shape", "shape", "gives it back", R"([{"Circle": {"radius": 1.5}}])",
     R"({"Ok": {"Circle": {"radius": 1.5}}})"},
    {"echo_status_v1", "status", "gives it back", R"(["Inactive"])", R"({"Ok": "Inactive"})"},
    {"echo_tag_v1", "tag", "gives it back", R"([{"label": "a", "priority": 1, "note": "b"}])",
     R"({"Ok": {"label": "a", "priority": 1, "note": "b"}})"},
    {"echo_profile", "profile", "gives it back", R"([{"name": "a", "bio": "b"}])",
     R"({"Ok": {"name": "a", "bio": "b"}})"},
    {"echo_record", "record", "gives it back", R"([{"alpha": 1, "beta": "b", "gamma": 1.5}])",
     R"({"Ok": {"alpha": 1, "beta": "b", "gamma": 1.5}})"},
    {"echo_status", "status", "gives it back", R"(["Active"])", R"({"Ok": "Active"})"},
    {"echo_tag", "tag", "gives it back", R"([{"label": "a", "priority": 1, "note": "b"}])",
     R"({"Ok": {"label": "a", "priority": 1, "note": "b"}})"},
    {"echo_measurement", "m", "gives it back", R"([{"unit": "m", "value": 1.5}])",
     R"({"Ok": {"unit": "m", "value": 1.5}})"},
    {"echo_config", "c", "gives it back", R"([{"key": "a", "value": "b"}])",
     R"({"Ok": {"key": "a", "value": "b"}})"},
};

struct ScenarioText {
  std::string_view name;
  std::string_view does;
  bool judge_breaks_link = false;  // two peers alone cannot play it
};
inline constexpr ScenarioText scenarios[] = {
    {"echo", R"(echo("hello from client") gives the same)"},
    {"reverse", R"(reverse("hello") gives "olleh")"},
    {"divide_success", "divide(10, 3) gives 3"},
    {"divide_zero", "divide(10, 0) gives `DivisionByZero`"},
    {"divide_overflow", "divide(-9223372036854775808, -1) gives `Overflow`"},
    {"lookup_found", "lookup(1) gives Alice"},
    {"lookup_found_no_email", "lookup(2) gives Bob, without an address"},
    {"lookup_not_found", "lookup(999) gives `NotFound`"},
    {"lookup_access_denied", "lookup(100) gives `AccessDenied`"},
    {"echo_point", "echo_point of (42, -7) gives the same"},
    {"create_person", R"(create_person("Dave", 40, "dave@example.com") gives a person of these)"},
    {"rectangle_area", "rectangle_area of (0, 10) and (5, 0) gives 50"},
    {"parse_color",
     R"(parse_color of "red", "Green", "BLUE" and "purple", one after the other, gives the )"
     "three colors and none"},
    {"get_points", "get_points(5) gives (0, 0), (1, 2), (2, 4), (3, 6), (4, 8)"},
    {"swap_pair", R"(swap_pair((99, "hello")) gives ("hello", 99))"},
    {"echo_bytes",
     "echo_bytes of no bytes, of 01 02 03 ff 00 80, and of 5,000 bytes 07, gives the same"},
    {"echo_bool", "echo_bool of true and false gives the same"},
    {"echo_u64", "echo_u64 of 0, 1, 127, 128, 1000000000000 and 2^64 - 1 gives the same"},
    {"echo_option_string", "echo_option_string of \"hello\" and of none gives the same"},
    {"describe_point", "describe_point(\"origin\", 0, 0, true) gives a point of these"},
    {"all_colors", "all_colors() gives Red, Green, Blue"},
    {"echo_shape",
     "echo_shape of Point, a Circle of 1.25 and a Rectangle of 2 by 5 gives the same"},
    {"shape_area", "shape_area of a Rectangle of 3 by 4 gives 12"},
    {"create_canvas",
     "create_canvas(\"canvas\", [Point, Circle of 2.5], Green) gives a canvas of these"},
    {"process_message",
     "process_message of Text(\"hi\"), Number(21) and Data(01 02 03 04) gives Text(\"processed: "
     "hi\"), Number(42), Data(04 03 02 01)"},
    {"pipelining",
     "ten calls echo(\"message 0\") … echo(\"message 9\"), all sent before the first answer is "
     "awaited; each gives the same"},
    {"sum_client_to_server", "sum, with 1, 2, 3, 4, 5 and a close on the channel, gives 15"},
    {"sum_large", "sum_large, with 0 … 99 and a close, gives 4950"},
    {"generate_large",
     "generate_large(100) gives 0 … 99 on the channel, then a close, and returns"},
    {"transform_bidi",
     "transform, with \"alpha\", \"beta\", \"gamma\" and a close, gives the same on the other "
     "channel, and returns"},
    {"channel_retry_non_idem",
     "generate_retry_non_idem(40). The judge breaks the link on the way; the subject takes the "
     "session up again. The call has to end as `Indeterminate`, after items in order",
     true},
    {"channel_retry_idem",
     "generate_retry_idem(40), and the same break: some items in order from 0, then all 40 once "
     "more from 0, and the call returns",
     true},
};

}  // namespace voxspec::pages
