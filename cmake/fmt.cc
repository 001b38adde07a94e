// fmt, compiled once. Debian and Ubuntu package no libfmt.a, and fmt as a header-only library costs each file
// that formats more than two seconds of compile time. These are the definitions and the templates that fmt's
// own library exports for char (fmt 8, 9 and 10); a release that moves one of them fails to link, never to
// run.
#include <fmt/format-inl.h>

#include <locale>

FMT_BEGIN_NAMESPACE
namespace detail {
#if FMT_VERSION < 90000
template auto dragonbox::to_decimal(float x) FMT_NOEXCEPT -> dragonbox::decimal_fp<float>;
template auto dragonbox::to_decimal(double x) FMT_NOEXCEPT -> dragonbox::decimal_fp<double>;
template int snprintf_float(double, int, float_specs, buffer<char>&);
template int snprintf_float(long double, int, float_specs, buffer<char>&);
template int format_float(double, int, float_specs, buffer<char>&);
template int format_float(long double, int, float_specs, buffer<char>&);
#else
template auto dragonbox::to_decimal(float x) noexcept -> dragonbox::decimal_fp<float>;
template auto dragonbox::to_decimal(double x) noexcept -> dragonbox::decimal_fp<double>;
#endif
#if FMT_VERSION >= 90000
template locale_ref::locale_ref(const std::locale& locale);
template auto locale_ref::get<std::locale>() const -> std::locale;
#endif
template auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template auto decimal_point_impl(locale_ref) -> char;
template void buffer<char>::append(const char*, const char*);
#if FMT_VERSION >= 100000
template void vformat_to(buffer<char>&, string_view, typename vformat_args<>::type, locale_ref);
#else
template void vformat_to(buffer<char>&, string_view, basic_format_args<FMT_BUFFER_CONTEXT(char)>, locale_ref);
#endif
}  // namespace detail
FMT_END_NAMESPACE
