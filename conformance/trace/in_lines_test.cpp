#include "conformance/trace/in_lines.hpp"

#include <doctest/doctest.h>

#include <string>

using voxspec::in_lines;
using voxspec::Json;

TEST_CASE("what fits on a line stands on one, and all of it is there") {
  CHECK(in_lines(Json::parse(R"({"a":[1,{"b":"x, y: z"}],"c":{},"d":[]})")) ==
        R"({"a": [1, {"b": "x, y: z"}], "c": {}, "d": []})");
  Json const wide{{"first", std::string(60, 'x')}, {"second", {{"third", std::string(80, 'y')}}}};
  CHECK(in_lines(wide) == "{\n \"first\": \"" + std::string(60, 'x') +
                              "\",\n \"second\": {\"third\": \"" + std::string(80, 'y') + "\"}\n}");
  Json const long_text{{"text", std::string(200, 'x')}};
  CHECK(Json::parse(in_lines(long_text)) == long_text);
}
