// Any bytes as a capture file. The first byte selects: the file itself, or only its capture.json, which the
// compression hides from a fuzzer.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "evidence/archive.h"
#include "evidence/capture_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (data[0] % 2 == 0) {
        (void)nmtx::read_archive(bytes, "fuzz");
        return 0;
    }
    nmtx::Capture capture;
    if (!nmtx::read_capture_json(bytes, capture, "fuzz")) return 0;
    // What was read once is written and read as the same.
    const std::string written = nmtx::capture_json(capture);
    nmtx::Capture again;
    if (!nmtx::read_capture_json(written, again, "fuzz") || nmtx::capture_json(again) != written)
        std::abort();
    return 0;
}
