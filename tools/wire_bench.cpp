// Decode and encode of each kind of message, of the handshake and of method ids. With the output of
// voxspec-rust-bench as argument, the same bytes are measured and the table has a second column.
#include "impl/schema/cbor_form.hpp"
#include "impl/wire/handshake.hpp"
#include "impl/wire/message.hpp"
#include "impl/wire/method_id.hpp"
#include "tools/bench_table.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <new>
#include <string>
#include <vector>

namespace {

std::atomic<std::uint64_t> allocations{0};

}  // namespace

// Counts every allocation of the process, so that "allocates nothing" is a figure and not a claim.
void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* room = std::malloc(size > 0 ? size : 1)) return room;
  throw std::bad_alloc{};
}
void operator delete(void* room) noexcept {
  std::free(room);
}
void operator delete(void* room, std::size_t) noexcept {
  std::free(room);
}

namespace {

using namespace vox;

// Runs `work` once outside the count, since a first run may still make room that later ones reuse.
template <class Work>
void measure(benchmark::State& state, Work work) {
  work();
  auto const before = allocations.load();
  for ([[maybe_unused]] auto _ : state) {
    work();
  }
  state.counters["allocations"] = benchmark::Counter(
      static_cast<double>(allocations.load() - before), benchmark::Counter::kAvgIterations);
}

void add(std::string const& name, Bytes const& payload) {
  auto const kind = name.substr(name.find('/') + 1);
  if (name.starts_with("decode/")) {
    benchmark::RegisterBenchmark(name.c_str(), [payload](benchmark::State& state) {
      measure(state, [&] {
        auto message = wire::decode_message(payload, wire::Strictness::vox_0_4);
        benchmark::DoNotOptimize(message);
      });
    });
  } else if (name.starts_with("encode/")) {
    benchmark::RegisterBenchmark(name.c_str(), [payload](benchmark::State& state) {
      auto const message = wire::decode_message(payload, wire::Strictness::vox_0_4).value();
      wire::Buffer out;
      measure(state, [&] {
        out.clear();
        wire::encode_message(out, message);
        benchmark::DoNotOptimize(out.view().data());
      });
    });
  } else if (kind == "decode_hello" || kind == "decode_foreign_hello") {
    // The foreign one has its keys in another order and one field more. The schemas inside are
    // decoded too: the Rust decoder makes values of them in the same call.
    benchmark::RegisterBenchmark(name.c_str(), [payload](benchmark::State& state) {
      measure(state, [&] {
        auto hello = schema::decode_greeting(payload, wire::Strictness::vox_0_4).value();
        benchmark::DoNotOptimize(hello);
      });
    });
  } else if (kind == "encode_hello") {
    benchmark::RegisterBenchmark(name.c_str(), [payload](benchmark::State& state) {
      auto const hello = wire::decode_handshake(payload, wire::Strictness::vox_0_4).value();
      auto const schemas =
          schema::decode_schemas(std::get<wire::Hello>(hello).message_payload_schema).value();
      wire::Buffer out;
      wire::Buffer schema_out;
      measure(state, [&] {
        schema_out.clear();
        schema::encode(schema_out, schemas);
        auto message = std::get<wire::Hello>(hello);
        message.message_payload_schema = schema_out.view();
        out.clear();
        wire::encode_handshake(out, message);
        benchmark::DoNotOptimize(out.view().data());
      });
    });
  } else if (kind == "method_id") {
    benchmark::RegisterBenchmark(name.c_str(), [](benchmark::State& state) {
      measure(state, [&] {
        auto id = wire::method_id("Testbed", "generate_retry_non_idem");
        benchmark::DoNotOptimize(id);
      });
    });
  }
}

// The messages to measure: those of the Rust run, or the committed vectors where there is none.
nlohmann::json read(char const* path) {
  std::ifstream file(path);
  if (!file) {
    std::cerr << path << ": cannot be read; pass the output of voxspec-rust-bench\n";
    std::exit(2);
  }
  return nlohmann::json::parse(file);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 2) {
    std::cerr << "usage: wire_bench RUST_BENCH_JSON [--benchmark_…]\n";
    return 2;
  }
  auto const document = read(argv[1]);
  for (auto const& row : document.at("benchmarks")) {
    add(row.at("name"), from_hex(row.value("hex", "")).value());
  }
  voxspec::bench::TableReporter reporter{voxspec::bench::read_column(document)};
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
