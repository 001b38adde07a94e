// Symbols of the files that a live process has mapped. Each file is opened and its symbols are sorted once.
#pragma once

#include <map>
#include <memory>
#include <tuple>

#include "base/target_files.h"
#include "platform/os/descriptor.h"
#include "platform/proc/process_files.h"

namespace nmtx {

class LiveFiles : public TargetFiles {
  public:
    // `process` must outlive it.
    explicit LiveFiles(const ProcessFiles& process);
    ~LiveFiles() override;

    std::vector<std::optional<FileSymbol>> symbols(const MappedFile& file,
                                                   std::span<const Address> addresses) override;
    std::unordered_map<std::string, Address> exports(const MappedFile& file,
                                                     const std::vector<std::string>& names) override;
    std::size_t read(const MappedFile& file, std::uint64_t offset, std::span<std::byte> into) override;
    std::vector<FileSegment> segments(const MappedFile& file) override;
    std::optional<std::string> glibc_release(const MappedFile& file) override;
    std::optional<std::string> vm_banner(const MappedFile& file) override;

  private:
    struct Opened;
    using Key = std::tuple<std::uint32_t, std::uint64_t, Address>;
    Opened& opened(const MappedFile& file);
    void read_symbols(Opened& file);
    // `find` in the parts of the file that are only read.
    std::optional<std::string> search(const MappedFile& file,
                                      std::optional<std::string> (*find)(std::string_view, std::size_t));

    const ProcessFiles* process_;
    std::map<Key, std::unique_ptr<Opened>> files_;
    std::map<Key, Descriptor> plain_;  // opened for read() alone
    std::uint64_t symbols_kept_ = 0;
    std::uint64_t symbols_read_ = 0;
};

}  // namespace nmtx
