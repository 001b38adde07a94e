#include "kernel/mappings/loaded_images.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("loaded images: the document is read as it was written, and an address finds its image") {
    const std::string text =
        "image 7f0000000000-7f0000005000\nbss 7f0000001000-7f0000002000\nbss 7f0000003000-7f0000005000\n"
        "image 7f0000005000-7f0000006000\n";
    const auto images = parse_loaded_images(text).value();
    CHECK(format_loaded_images(images) == text);
    CHECK(images.at({0x7f0000004fff})->bss.size() == 2);
    CHECK(images.at({0x7f0000005000})->bss.empty());
    CHECK(images.at({0x7f0000006000}) == nullptr);
    CHECK(images.at({0x1000}) == nullptr);
    for (std::size_t n = 0; n < text.size(); ++n) static_cast<void>(parse_loaded_images(text.substr(0, n)));
}

TEST_CASE("loaded images: an error names the line") {
    CHECK(parse_loaded_images("bss 1000-2000\n").error().where == "loaded images:1");
    CHECK(parse_loaded_images("image 2000-1000\n").error().where == "loaded images:1");
    CHECK(parse_loaded_images("image 1000-2000\nbss 1000-3000\n").error().where == "loaded images:2");
    CHECK(parse_loaded_images("image 1000-3000\nimage 2000-4000\n").error().where == "loaded images:2");
    CHECK(parse_loaded_images("image 1000-3000 x\n").error().where == "loaded images:1");
    CHECK(parse_loaded_images("heap 1000-3000\n").error().where == "loaded images:1");
}
