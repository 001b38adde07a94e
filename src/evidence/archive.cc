#include "evidence/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <memory>

#include "base/printable.h"
#include "evidence/capture_json.h"
#include "evidence/redact.h"
#include "evidence/unpack.h"

namespace nmtx {
namespace {

constexpr std::string_view index_name = "capture.json";
constexpr std::uint64_t most_index_bytes = 4ULL << 20U;
constexpr std::size_t most_members = 4096;
constexpr std::size_t most_name_bytes = 1024;

struct CloseWriter {
    void operator()(archive* a) const { archive_write_free(a); }
};
struct CloseReader {
    void operator()(archive* a) const { archive_read_free(a); }
};
struct CloseEntry {
    void operator()(archive_entry* e) const { archive_entry_free(e); }
};
using Writer = std::unique_ptr<archive, CloseWriter>;
using Reader = std::unique_ptr<archive, CloseReader>;

std::string reason(archive* a) {
    const char* text = archive_error_string(a);
    return text != nullptr ? printable(text) : "unknown reason";
}

tl::unexpected<Error> damaged(archive* a, const Unpacker& unpacker, const std::string& where) {
    return failure(where, unpacker.problem().empty() ? "damaged capture: " + reason(a) : unpacker.problem(),
                   "fetch or take the capture again");
}

// Where a member's name would lead out of a folder that the archive is unpacked into, or what no file can be
// called.
std::optional<std::string> refused_name(std::string_view name) {
    if (name.empty()) return "an empty name";
    if (name.size() > most_name_bytes) return "a name of " + std::to_string(name.size()) + " bytes";
    if (name.front() == '/') return "an absolute name";
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (std::any_of(name.begin(), name.end(), control)) return "a name with control characters";
    for (std::string_view rest = name;;) {
        const std::size_t slash = rest.find('/');
        const std::string_view part = rest.substr(0, slash);
        if (part == ".." || part == ".") return "a name that leads elsewhere";
        if (part.empty()) return "a name with an empty part";
        if (slash == std::string_view::npos) return std::nullopt;
        rest.remove_prefix(slash + 1);
    }
}

la_ssize_t append(archive*, void* out, const void* bytes, std::size_t count) {
    // libarchive is C: an exception must not pass through it.
    try {
        static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), count);
    } catch (const std::exception&) {
        return -1;
    }
    return static_cast<la_ssize_t>(count);
}

bool add_member(archive* a, std::string_view name, std::string_view text) {
    const std::unique_ptr<archive_entry, CloseEntry> entry(archive_entry_new());
    if (!entry) return false;
    archive_entry_set_pathname(entry.get(), std::string(name).c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(text.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_mtime(entry.get(), 0, 0);
    archive_entry_set_uid(entry.get(), 0);
    archive_entry_set_gid(entry.get(), 0);
    if (archive_write_header(a, entry.get()) != ARCHIVE_OK) return false;
    while (!text.empty()) {
        const la_ssize_t wrote = archive_write_data(a, text.data(), text.size());
        if (wrote <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return archive_write_finish_entry(a) == ARCHIVE_OK;
}

// The text of the current member. The declared size is not trusted with memory before that many bytes have
// come.
Expected<std::string> member_text(archive* a, std::uint64_t declared, const std::string& where) {
    std::string text;
    std::array<char, 1U << 16U> block;
    for (;;) {
        const la_ssize_t got = archive_read_data(a, block.data(), block.size());
        if (got < 0)
            return failure(where, "damaged capture: " + reason(a), "fetch or take the capture again");
        if (got == 0) break;
        if (text.size() + static_cast<std::size_t>(got) > declared)
            return failure(where, "damaged capture: a member is larger than it says",
                           "fetch or take the capture again");
        text.append(block.data(), static_cast<std::size_t>(got));
    }
    if (text.size() != declared)
        return failure(where, "damaged capture: a member of " + std::to_string(declared) +
                                  " bytes has only " + std::to_string(text.size()));
    return text;
}

struct Members {
    std::uint64_t most_bytes = 0;  // of all members together
    Capture capture;
    std::optional<std::string> index;
    std::uint64_t bytes = 0;
    std::size_t count = 0;
};

Expected<void> read_member(archive* a, archive_entry* entry, Members& members, const std::string& file) {
    if (++members.count > most_members)
        return failure(file, "expected at most " + std::to_string(most_members) + " members in a capture");
    if (archive_entry_filetype(entry) == AE_IFDIR) return {};  // "tar -cf" of a folder makes them
    const char* raw = archive_entry_pathname(entry);
    std::string_view name = raw != nullptr ? raw : "";
    while (name.starts_with("./")) name.remove_prefix(2);
    const std::string where = file + ": " + fit(printable(name), 80, true);
    if (const auto refused = refused_name(name))
        return failure(where, "expected the name of a document, found " + *refused);
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr)
        return failure(where, "expected a regular file, found another kind of member");
    const la_int64_t size = archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : -1;
    const bool is_index = name == index_name;
    const std::uint64_t left = members.most_bytes - members.bytes;
    const std::uint64_t room = is_index ? std::min(most_index_bytes, left) : left;
    if (size < 0 || static_cast<std::uint64_t>(size) > room)
        return failure(where,
                       "expected at most " + std::to_string(room) + " bytes, found " + std::to_string(size));
    members.bytes += static_cast<std::uint64_t>(size);
    auto text = member_text(a, static_cast<std::uint64_t>(size), where);
    if (!text) return tl::make_unexpected(text.error());
    if (is_index) {
        members.index = std::move(*text);
    } else {
        members.capture.add(name, without_secrets(name, std::move(*text)));
    }
    return {};
}

la_ssize_t next_block(archive* a, void* unpacker, const void** block) {
    auto& from = *static_cast<Unpacker*>(unpacker);
    const std::string_view bytes = from.next();
    *block = bytes.data();
    if (from.problem().empty()) return static_cast<la_ssize_t>(bytes.size());
    archive_set_error(a, EINVAL, "%s", from.problem().c_str());
    return ARCHIVE_FATAL;
}

// libarchive sees the tar only: what zstd makes of the file is counted on the way, whether it belongs to a
// member, to padding or to what comes behind.
Expected<Reader> open_archive(Unpacker& unpacker, const std::string& file) {
    Reader a(archive_read_new());
    // The option makes it read to the last byte: without it whatever comes behind the end mark of the tar is
    // not looked at, cut off or not.
    const bool ready =
        a && archive_read_support_format_tar(a.get()) == ARCHIVE_OK &&
        archive_read_set_option(a.get(), "tar", "read_concatenated_archives", "1") == ARCHIVE_OK;
    if (!ready)
        return failure(file, "libarchive cannot read tar: " + (a ? reason(a.get()) : "out of memory"));
    if (archive_read_open(a.get(), &unpacker, nullptr, next_block, nullptr) != ARCHIVE_OK)
        return damaged(a.get(), unpacker, file);
    return a;
}

Expected<Capture> read_members(std::string_view bytes, const std::string& file) {
    constexpr std::string_view zstd_magic = "\x28\xb5\x2f\xfd";
    if (!bytes.starts_with(zstd_magic))
        return failure(file, "expected a capture (tar, compressed with zstd), found something else",
                       "make one with: nmtx capture PID -o FILE");
    Unpacker unpacker(bytes);
    auto a = open_archive(unpacker, file);
    if (!a) return tl::make_unexpected(a.error());
    Members members;
    members.most_bytes = unpacker.limit();
    for (;;) {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(a->get(), &entry);
        if (status == ARCHIVE_EOF) break;
        if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return damaged(a->get(), unpacker, file);
        if (const auto read = read_member(a->get(), entry, members, file); !read) {
            if (unpacker.problem().empty()) return tl::make_unexpected(read.error());
            return damaged(a->get(), unpacker, file);
        }
    }
    if (!unpacker.problem().empty()) return damaged(a->get(), unpacker, file);
    if (!members.index)
        return failure(file, "expected the member capture.json, found none",
                       "name a file that nmtx capture wrote");
    if (const auto read = read_capture_json(*members.index, members.capture, file + ": capture.json"); !read)
        return tl::make_unexpected(read.error());
    return std::move(members.capture);
}

}  // namespace

Expected<std::string> write_archive(const Capture& capture) {
    std::string out;
    const auto failed = [](std::string what) {
        return failure("capture", "libarchive could not write it: " + std::move(what));
    };
    Writer a(archive_write_new());
    if (!a) return failed("out of memory");
    // Restricted: pax headers come only where a name or a size does not fit the old format, so the bytes are
    // the same every time.
    const bool ready = archive_write_set_format_pax_restricted(a.get()) == ARCHIVE_OK &&
                       archive_write_add_filter_zstd(a.get()) == ARCHIVE_OK &&
                       archive_write_set_bytes_in_last_block(a.get(), 1) == ARCHIVE_OK &&
                       archive_write_open(a.get(), &out, nullptr, append, nullptr) == ARCHIVE_OK;
    if (!ready) return failed(reason(a.get()));
    if (!add_member(a.get(), index_name, capture_json(capture))) return failed(reason(a.get()));
    for (const auto& [name, text] : capture.documents()) {
        if (const auto refused = refused_name(name); refused || name == index_name)
            return failure("capture", "a document cannot be stored under \"" + fit(printable(name), 80) +
                                          "\": " + refused.value_or("the name of the index"));
        if (!add_member(a.get(), name, *text)) return failed(reason(a.get()));
    }
    if (archive_write_close(a.get()) != ARCHIVE_OK) return failed(reason(a.get()));
    a.reset();
    return out;
}

Expected<Capture> read_archive(std::string_view bytes, std::string_view file) {
    try {
        return read_members(bytes, std::string(file));
    } catch (const std::bad_alloc&) {
        return failure(std::string(file), "the capture does not fit into memory");
    }
}

}  // namespace nmtx
