#include <dlfcn.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cstring>

#include "catch.h"
#include "platform/child.h"
#include "platform/mapped_here.h"
#include "platform/proc/mapped_file.h"
#include "platform/symbols/live_files.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

// A copy of the library, loaded from a directory of the test's own.
class LoadedCopy {
  public:
    LoadedCopy() : path(directory / "libsymbols.so") {
        std::filesystem::copy_file(NMTX_SYMBOLS_LIBRARY, path);
        handle_ = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    }
    LoadedCopy(const LoadedCopy&) = delete;
    LoadedCopy& operator=(const LoadedCopy&) = delete;
    ~LoadedCopy() {
        if (handle_ != nullptr) ::dlclose(handle_);
    }

    [[nodiscard]] Address symbol(const char* name) const { return address_of(::dlsym(handle_, name)); }
    [[nodiscard]] const volatile void* ask(const char* name) const {
        return reinterpret_cast<const volatile void* (*)()>(::dlsym(handle_, name))();
    }
    [[nodiscard]] MappedFile file() const {
        return mapped_at(this_process(), symbol("address_of_kind")).value();
    }

    TemporaryDirectory directory;
    std::string path;

  private:
    void* handle_ = nullptr;
};

Address first_word(const volatile void* object) {
    std::uint64_t word = 0;
    std::memcpy(&word, const_cast<const void*>(object), sizeof word);
    return {word};
}

std::string name_at(LiveFiles& files, const MappedFile& file, Address at) {
    const auto answers = files.symbols(file, std::vector{at});
    return answers.at(0) ? answers[0]->name : "nothing";
}

// root in a container may lack the capability that map_files asks for.
bool may_open_mappings() {
    const auto process = this_process();
    return static_cast<bool>(open_by_mapping(process, mapped_at(process, malloc_of_libc()).value()));
}

}  // namespace

TEST_CASE("target files: the C library's malloc is named, though it has other names at the same place") {
    const auto process = this_process();
    LiveFiles files(process);
    const Address malloc_at = malloc_of_libc();
    const auto libc = mapped_at(process, malloc_at);
    REQUIRE(libc);
    const auto answers =
        files.symbols(*libc, std::vector{malloc_at, Address{malloc_at.value + 5}, Address{1}});
    REQUIRE(answers.size() == 3);
    REQUIRE(answers[0]);
    CHECK(answers[0]->name == "malloc");
    CHECK(answers[0]->offset == 0);
    CHECK_FALSE(answers[0]->vtable);
    REQUIRE(answers[1]);
    CHECK(answers[1]->offset == 5);
    CHECK_FALSE(answers[2]);
}

TEST_CASE("target files: the C library's banner tells the release") {
    const auto process = this_process();
    LiveFiles files(process);
    CHECK(files.glibc_release(mapped_at(process, malloc_of_libc()).value()) == ::gnu_get_libc_version());
    const LoadedCopy library;
    CHECK_FALSE(files.glibc_release(library.file()));
}

TEST_CASE("target files: a library that is no JVM's has no banner of one") {
    const auto process = this_process();
    LiveFiles files(process);
    CHECK_FALSE(files.vm_banner(mapped_at(process, malloc_of_libc()).value()));
}

TEST_CASE("target files: symbols of a library are told by address, whatever its segments' places") {
    const auto process = this_process();
    const LoadedCopy library;
    LiveFiles files(process);
    const MappedFile file = library.file();
    CHECK(file.path == library.path);

    SECTION("a vtable, by the first word of an object, 16 bytes behind the symbol") {
        const auto answers = files.symbols(
            file, std::vector{first_word(library.ask("session")), first_word(library.ask("node"))});
        REQUIRE(answers[0]);
        CHECK(answers[0]->name == "vtable for SessionObj");
        CHECK(answers[0]->vtable);
        CHECK(answers[0]->offset == 16);
        REQUIRE(answers[1]);
        CHECK(answers[1]->name == "vtable for Outer::Node<long>");
        CHECK(answers[1]->vtable);
    }
    SECTION("a variable of one source file, and one that the loader fills with zeros") {
        CHECK(name_at(files, file, address_of(library.ask("address_of_kind"))) == "kind");
        const Address untouched = address_of(library.ask("address_of_untouched"));
        CHECK(name_at(files, file, untouched) == "untouched");
        CHECK(name_at(files, file, Address{untouched.value + 12344}) == "untouched");
    }
    SECTION("of two names the one without underscores; what lies behind the last symbol is nobody's") {
        const Address alias = library.symbol("nmtx_alias");
        REQUIRE(alias == library.symbol("__nmtx_alias"));
        CHECK(name_at(files, file, alias) == "nmtx_alias");
        CHECK(name_at(files, file, Address{alias.value + 15}) == "nmtx_alias");
        CHECK(name_at(files, file, Address{alias.value + 16}) == "nothing");
    }
    SECTION("a label covers what lies up to the next symbol, but not within a function that has a size") {
        const Address alias = library.symbol("nmtx_alias");
        CHECK(name_at(files, file, Address{alias.value - 33}) == "sizeless_label");
        CHECK(name_at(files, file, Address{alias.value - 96}) == "sizeless_label");
        CHECK(name_at(files, file, Address{alias.value - 32}) == "sized_around_label");
        CHECK(name_at(files, file, Address{alias.value - 1}) == "sized_around_label");
    }
    SECTION("no symbol lies before the library, in its header or far behind it") {
        const Address begin = file.first.begin;
        for (const Address at : {Address{begin.value - 1}, begin, Address{begin.value + (1U << 30U)},
                                 Address{}, Address{~std::uint64_t{0}}}) {
            CAPTURE(at.value);
            CHECK(name_at(files, file, at) == "nothing");
        }
        CHECK(files.symbols(file, {}).empty());
    }
    SECTION("a mapping that begins within the file serves as well") {
        const auto maps = process.read_large("maps").value();
        for (Lines lines(maps); lines.next();) {
            Mapping mapping;
            if (!read_mapping_header(lines.line(), mapping) || mapping.name != file.path) continue;
            if (!mapping.protection.execute) continue;
            const MappedFile code{file.path, mapping.range, file.inode, file.device, mapping.offset};
            CHECK(name_at(files, code, library.symbol("session")) == "session");
        }
    }
}

TEST_CASE("target files: a file that took the mapped one's name is never read for it") {
    const auto process = this_process();
    const LoadedCopy library;
    const MappedFile before = library.file();
    const std::string other = library.directory / "other";
    std::filesystem::copy_file(NMTX_SYMBOLS_LIBRARY, other);
    REQUIRE(::rename(other.c_str(), library.path.c_str()) == 0);
    const MappedFile after = library.file();
    CHECK(after.path == library.path + " (deleted)");
    CHECK_FALSE(open_by_name(process, before));
    CHECK_FALSE(open_by_name(process, after));
    // The mapping itself still leads to what was replaced, for those who may.
    LiveFiles files(process);
    const std::string expected = may_open_mappings() ? "session" : "nothing";
    CHECK(name_at(files, after, library.symbol("session")) == expected);
}

TEST_CASE("target files: a deleted file is read through its mapping, where the kernel lets us") {
    const auto process = this_process();
    const LoadedCopy library;
    const Address kind = address_of(library.ask("address_of_kind"));
    std::filesystem::remove(library.path);
    LiveFiles files(process);
    CHECK(name_at(files, library.file(), kind) == (may_open_mappings() ? "kind" : "nothing"));
    CHECK_FALSE(open_by_name(process, library.file()));
}

TEST_CASE("target files: device and inode have to be those of the mapping") {
    const auto process = this_process();
    const LoadedCopy library;
    const MappedFile file = library.file();
    CHECK(open_by_name(process, file));
    MappedFile wrong = file;
    wrong.inode += 1;
    CHECK_FALSE(open_mapped_file(process, wrong));
    wrong = file;
    wrong.device += 1;
    CHECK_FALSE(open_mapped_file(process, wrong));
    wrong = file;
    wrong.inode = 0;
    CHECK_FALSE(open_mapped_file(process, wrong));
}

TEST_CASE("target files: a file is known by what maps prints for it") {
    const auto process = this_process();
    const LoadedCopy library;
    const MappedFile file = library.file();
    const Descriptor opened(::open(library.path.c_str(), O_RDONLY | O_CLOEXEC));
    CHECK(identity_when_mapped(opened) == FileIdentity{file.device, file.inode});
    const Descriptor other(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    CHECK(identity_when_mapped(other).has_value());
    CHECK(identity_when_mapped(other) != FileIdentity{file.device, file.inode});
    const Descriptor directory(::open("/", O_RDONLY | O_CLOEXEC));
    CHECK_FALSE(identity_when_mapped(directory));
}

TEST_CASE("target files: what is no regular file is not opened, and no link is followed") {
    const auto process = this_process();
    const TemporaryDirectory directory;
    const auto named = [&](const std::string& path) {
        struct stat status{};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        return MappedFile{path, range_of(0x1000, 0x2000), status.st_ino,
                          static_cast<std::uint32_t>(major(status.st_dev) << 20U | minor(status.st_dev)), 0};
    };
    // A FIFO without a writer would hold whoever opens it.
    REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);
    CHECK_FALSE(open_mapped_file(process, named(directory / "fifo")));
    CHECK_FALSE(open_mapped_file(process, named("/dev/null")));
    CHECK_FALSE(open_mapped_file(process, named(directory.path().string())));

    write_text(directory / "file", "text");
    CHECK(open_mapped_file(process, named(directory / "file")));
    REQUIRE(::symlink("file", (directory / "link").c_str()) == 0);
    CHECK_FALSE(open_mapped_file(process, named(directory / "link")));
    REQUIRE(::mkdir((directory / "in").c_str(), 0700) == 0);
    CHECK_FALSE(open_mapped_file(process, named(directory / "in/../file")));
    MappedFile relative = named(directory / "file");
    relative.path = "file";
    CHECK_FALSE(open_mapped_file(process, relative));
}

TEST_CASE("target files: a file that is no library has no symbols and no release") {
    const auto process = this_process();
    const TemporaryDirectory directory;
    LiveFiles files(process);
    for (const std::string& content : {std::string(), std::string("\177ELF"), std::string(10000, '\177')}) {
        const std::string path = directory / ("file" + std::to_string(content.size()));
        write_text(path, content);
        const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        void* mapped = ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, opened.get(), 0);
        REQUIRE(mapped != MAP_FAILED);
        const auto file = mapped_at(process, address_of(mapped));
        REQUIRE(file);
        CHECK(name_at(files, *file, address_of(mapped)) == "nothing");
        CHECK_FALSE(files.glibc_release(*file));
        ::munmap(mapped, 4096);
    }
}

TEST_CASE("target files: a process that has ended has no files, but what was opened stays") {
    const LoadedCopy library;
    const Address kind = address_of(library.ask("address_of_kind"));
    Child child([](auto ready) { ready(); });
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    const MappedFile file = mapped_at(*process, kind).value();
    LiveFiles asked(*process);
    CHECK(name_at(asked, file, kind) == "kind");
    child.end();
    CHECK(name_at(asked, file, kind) == "kind");
    MappedFile nameless = file;
    nameless.path.clear();
    LiveFiles late(*process);
    CHECK(name_at(late, nameless, kind) == "nothing");
}
