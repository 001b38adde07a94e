// The loop of `nmtx serve`: one JVM after the other is sampled, as the budget allows.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "metrics/jvm_labels.h"
#include "platform/os/clock.h"
#include "platform/sampling/sampled_processes.h"
#include "platform/serve/cpu_budget.h"
#include "platform/serve/http_server.h"
#include "platform/serve/published_figures.h"
#include "platform/serve/repeated_output.h"
#include "platform/serve/serve.h"
#include "platform/serve/served_jvm.h"
#include "platform/serve/served_record.h"

namespace nmtx {

class Serving : private SamplingResults {
  public:
    explicit Serving(const ServeOptions& options);
    Expected<bool> run();

  private:
    using Process = std::shared_ptr<SampledProcess>;

    void taken(const Process& process, Sample sample) override;
    void failed(const Process& process, const Error& why, bool ended) override;
    void searched(const Expected<std::vector<ListedJvm>>& jvms, double cpu_ms) override;

    Expected<void> begin();
    Expected<void> listen();
    void look_at_pressure();
    void search_if_due();
    void sample_if_due();
    void write_record();
    bool finish();
    void add_outputs();
    void write_outputs();
    void add(const ListedJvm& jvm);
    void remove_ended();
    void remove(std::list<ServedJvm>::iterator jvm);
    void place(ServedJvm& jvm, const std::string& java);
    [[nodiscard]] std::list<ServedJvm>::iterator find(const Process& process);
    [[nodiscard]] std::list<ServedJvm>::iterator next_jvm(bool first);
    [[nodiscard]] SpentOn spent_on(std::list<ServedJvm>::const_iterator jvm) const;
    [[nodiscard]] bool may_begin(bool first) const;
    [[nodiscard]] std::uint64_t every_ns() const;
    void publish();

    const ServeOptions* options_;
    SampledProcesses processes_;
    PublishedFigures published_;
    std::uint64_t began_ns_ = monotonic_ns();
    CpuBudget budget_;
    // What searches may take of it. Under pressure, too: that is when new JVMs are killed.
    CpuBudget for_searching_;
    JvmIndexes indexes_;
    std::list<ServedJvm> jvms_;
    std::set<ProcessStart> known_;  // those above
    ExporterState exporter_;
    std::optional<ServedRecord> record_;
    std::uint64_t search_ns_ = 0, pressure_ns_ = 0, sampled_ns_ = 0;  // when they are next
    std::vector<RepeatedOutput> outputs_;
    bool changed_ = true;
    std::unique_ptr<HttpServer> server_;  // last, so that it ends before what it uses
};

}  // namespace nmtx
