// The parsers of the hotspot room but for NMT, and the redaction of what they read. The first byte selects
// which.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "evidence/redact.h"
#include "hotspot/hsperfdata.h"
#include "hotspot/identity.h"
#include "hotspot/thread_dump.h"
#include "hotspot/vm_info.h"

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

void check_redaction(std::string_view text, int kind) {
    using namespace std::string_literals;
    std::string once(text);
    if (kind == 0) nmtx::redact_options(once, "\0"s);
    if (kind == 1) nmtx::redact_options(once, "\0 "s);
    if (kind == 2) nmtx::redact_reply(once);
    check(once.size() == text.size());
    for (std::size_t i = 0; i < once.size(); ++i) check(once[i] == text[i] || once[i] == '*');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 11) {
        case 0:
            if (const auto perf = nmtx::parse_hsperfdata(text)) (void)nmtx::gc_of_hsperfdata(*perf);
            break;
        case 1:
            (void)nmtx::parse_vm_version(text);
            break;
        case 2:
            (void)nmtx::parse_heap_info(text);
            break;
        case 3:
            if (const auto heaps = nmtx::parse_codecache(text))
                for (const auto& heap : *heaps) check(heap.reserved.contains(heap.committed));
            break;
        case 4:
            (void)nmtx::parse_metaspace(text);
            break;
        case 5:
            (void)nmtx::parse_vm_info(text);
            break;
        case 6:
            (void)nmtx::read_jvm_options(nmtx::split_joined_options(text));
            (void)nmtx::read_jvm_options(nmtx::read_java_cmdline(text).options);
            (void)nmtx::gc_of_vm_flags(text);
            break;
        case 10:
            if (const auto dump = nmtx::parse_thread_dump(text)) {
                check(dump->unread.size() <= 101);
                for (const auto& thread : dump->threads) check(thread.name.size() < text.size());
            }
            break;
        default:
            check_redaction(text, data[0] % 11 - 7);
            break;
    }
    return 0;
}
