# What HTML reports carry: our styles and scripts (src/report/ticket/html/page, src/report/stacks/page), and d3, which draws. They are compiled in, so that the
# program needs no file of them where it runs.
if(NOT "$ENV{NMTX_D3}" STREQUAL "")
  set(NMTX_D3 "$ENV{NMTX_D3}" CACHE FILEPATH "d3.min.js of d3 5 to 7")
endif()
find_file(NMTX_D3 NAMES d3.min.js PATHS /usr/share/nodejs/d3/dist /usr/lib/nodejs/d3/dist NO_DEFAULT_PATH
          DOC "d3.min.js of d3 5 to 7 (Debian: node-d3)")
if(NOT NMTX_D3)
  message(FATAL_ERROR "d3.min.js is missing, which draws the charts of the HTML report: install the package node-d3 (Debian, Ubuntu), or "
                      "name a d3.min.js of d3 5 to 7 with -DNMTX_D3=/path/to/d3.min.js or in the environment")
endif()
file(READ ${NMTX_D3} d3_header LIMIT 200)
if(NOT d3_header MATCHES "d3js\\.org v([0-9]+)\\.")
  message(FATAL_ERROR "${NMTX_D3} does not begin with d3's own header (// https://d3js.org v…), so its release and licence are not known")
endif()
if(CMAKE_MATCH_1 LESS 5)
  message(FATAL_ERROR "${NMTX_D3} is d3 ${CMAKE_MATCH_1}; the HTML report needs 5, 6 or 7")
elseif(CMAKE_MATCH_1 LESS 7)
  set(d3_licence ${CMAKE_SOURCE_DIR}/src/report/ticket/html/page/d3-licence-bsd.txt)
else()
  set(d3_licence ${CMAKE_SOURCE_DIR}/src/report/ticket/html/page/d3-licence-isc.txt)
endif()

# nmtx_embed(function FILE ...): one function of src/report/ticket/html/html_assets.h.
function(nmtx_embed name)
  set(output ${CMAKE_BINARY_DIR}/html/${name}.cc)
  string(REPLACE ";" "$<SEMICOLON>" files "${ARGN}")
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} "-DFILES=${files}" -DOUTPUT=${output} -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    COMMENT "Embedding ${name}"
    VERBATIM)
  target_sources(nmtx_report PRIVATE ${output})
  # Made while building: no other source waits for it.
  set_source_files_properties(${output} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# In this order: what the others use comes first.
set(html_folder ${CMAKE_SOURCE_DIR}/src/report/ticket/html/page)
set(html_styles page.css tables.css charts.css print.css)
set(html_scripts page.js tables.js chart_kit.js partition.js icicle.js change_icicle.js chart_waterfall.js chart_map.js chart_categories.js chart_malloc.js chart_container.js
    chart_trend.js start.js)
list(TRANSFORM html_styles PREPEND ${html_folder}/)
list(TRANSFORM html_scripts PREPEND ${html_folder}/)
nmtx_embed(html_style ${html_styles})
nmtx_embed(html_script ${html_scripts})
set(flame_folder ${CMAKE_SOURCE_DIR}/src/report/stacks/page)
nmtx_embed(html_flame_style ${html_folder}/page.css ${html_folder}/tables.css ${html_folder}/charts.css ${flame_folder}/flame.css
  ${html_folder}/print.css)
nmtx_embed(html_flame_script ${html_folder}/page.js ${html_folder}/tables.js ${html_folder}/chart_kit.js
  ${html_folder}/partition.js ${flame_folder}/flame.js ${flame_folder}/flame_change.js
  ${flame_folder}/flame_start.js)
nmtx_embed(html_d3 ${NMTX_D3})
nmtx_embed(html_d3_licence ${d3_licence})
