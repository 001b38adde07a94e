#include "platform/profile/copied_batch.h"

#include "platform/profile/batch_text.h"

namespace nmtx {

std::string format_copies(std::string_view maps, std::span<const ThreadCopy> copies) {
    BatchWriter out;
    out.bytes(std::as_bytes(std::span(maps)));
    out.number(static_cast<std::uint32_t>(copies.size()));
    for (const ThreadCopy& copy : copies) {
        out.number(static_cast<std::int64_t>(copy.tid));
        out.number(copy.own_id);
        for (const std::uint64_t value : copy.registers) out.number(value);
        out.number(copy.begin.value);
        out.bytes(copy.bytes);
    }
    return out.take();
}

Expected<CopiedBatch> parse_copies(std::string_view text) {
    BatchReader in(text);
    CopiedBatch batch;
    const auto maps = in.bytes();
    batch.maps.assign(reinterpret_cast<const char*>(maps.data()), maps.size());
    const std::size_t copies = in.count();
    for (std::size_t i = 0; i < copies && !in.bad(); ++i) {
        ThreadCopy& copy = batch.copies.emplace_back();
        copy.tid = static_cast<pid_t>(in.number<std::int64_t>());
        copy.own_id = in.number<std::uint64_t>();
        for (std::uint64_t& value : copy.registers) value = in.number<std::uint64_t>();
        copy.begin = Address{in.number<std::uint64_t>()};
        copy.bytes = in.bytes();
    }
    if (in.bad() || !in.at_end()) return failure("the copies", "are not what was written");
    return batch;
}

}  // namespace nmtx
