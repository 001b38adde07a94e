// A parsed paste: its texts, and the processes that they are about, each as a view for the ledger and every
// report, like that of a live process.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pasted/parts/pasted_part.h"
#include "process/pasted_documents.h"
#include "process/process_view.h"
#include "process/told_figures.h"

namespace nmtx {

struct PastedInput {
    std::string name;  // of the file, or "standard input"
    std::string text;
};

// One input, divided and read. `clean` has the lines that `parts` and `leftovers` point into.
struct PastedText {
    std::string name;
    std::unique_ptr<const std::string> clean;
    std::size_t lines = 0;
    std::vector<PastedPart> parts;    // if there are very many of a kind, the first and the last ones
    std::vector<LeftOut> left_out;    // the others of these kinds
    std::vector<Leftover> leftovers;  // likewise
    std::size_t leftovers_left_out = 0, lines_left_out = 0;
};

// The source of a snapshot's residency.
enum class ResidentFrom : std::uint8_t {
    nothing,   // no text has the mappings
    smaps,     // smaps, pmap -X: residency of each mapping
    pmap,      // pmap -x: likewise
    estimate,  // only maps: RSS distributed by the JVM's figures (resident_estimate.h)
    piece      // some mappings alone: no RSS of the process
};

struct MissingEvidence {
    std::string what;     // "the mappings with what is resident"
    std::string command;  // "pmap -X 4711"; empty where only a restart helps
};

// The texts of one process from one snapshot, as far as is known.
struct PastedMoment {
    std::vector<std::pair<std::size_t, std::size_t>> parts;  // text, part
    ProcessView view;
    PastedDocuments documents;  // texts that no capture has
    ToldFigures told;
    std::optional<HsErrProcessMemory> process_memory;  // from an hs_err log
    std::optional<Bytes> machine_memory;               // likewise
    ResidentFrom resident = ResidentFrom::nothing;
    bool crashed = false;            // it is an hs_err log: the process is gone
    bool out_of_memory = false;      // and it crashed because memory ran out
    bool piece = false;              // the mappings are not all of the process, as far as is known
    std::vector<std::string> notes;  // what was inferred, what is estimated
    std::vector<MissingEvidence> missing;
    [[nodiscard]] bool reconcilable() const {
        return resident != ResidentFrom::nothing && resident != ResidentFrom::piece;
    }
};

struct PastedProcess {
    std::optional<std::uint64_t> pid;
    std::deque<PastedMoment> moments;  // in the order of the paste
};

// The cgroup files of one container and snapshot, joined.
struct PastedContainer {
    std::string
        name;  // "web" from "kubectl exec web", and the directory of its files; empty where both are unknown
    CgroupMemory memory;
};

struct Pasted {
    std::vector<PastedText> texts;
    std::deque<PastedProcess> processes;
    std::vector<PastedContainer> containers;
};

}  // namespace nmtx
