#include "redaction/words.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace nmtx {
namespace {

// By where one meets them. A word that may be somebody's name or trade (bank, order, patient) has no place
// here.
constexpr std::array word_lists{
    // The JVM and its areas, collectors, compilers, threads.
    std::string_view(
        "library libraries bss link dtv tls gang surrogate locker locke concurr compilert compilerth par str "
        "async peri shenand referen andler atcher notific innocuo innocuous cms refinement deflati overflow "
        "dup java javaw jvm j9vm hread comp mapped attributed tagged hotspot openjdk oracle jdk jre vm nmt "
        "gc heap stack thread threads class classes metaspace compiler code cache codecache codeheap nmethod "
        "nmethods profiled non symbol arena chunk internal other logging arguments module modules safepoint "
        "synchronization serviceability statistics string strings deduplication dedup object monitors "
        "monitor blocking worker workers concurrent conc refine marker mark service main young old eden "
        "survivor humongous parallel serial shenandoah generational epsilon director driver major minor stat "
        "uncommitter unmapper relocate relocator sampler periodic task tasks notification signal dispatcher "
        "dispatch reference handl handler finalizer common cleaner attach listener destroy sweeper deflation "
        "deflati compilerthre compilerthread tas uncommit collector collection card set table bitmap region "
        "regions cds archive shared dump static dynamic runtime system map native memory tracking summary "
        "detail scale reserved committed resident malloc mmap calloc realloc free top bins fastbins tcache "
        "overhead walked tracked untracked live attributed unexplained kernel named stacks area areas from "
        "main begin end total used size capacity max min at the of in on to for by no not is are was be been "
        "and or with without than that this what which who how why when where it its as an if so do does did "
        "done has have had can could could will would may might must only all any each some none more less "
        "most least left out into over under below above behind before after between first last next new own "
        "same such then there here now yet also else zero one two three four five six seven eight nine ten "
        "hundred thousand off true false null yes auto never always default start started stop stopped run "
        "running ran call called caller method methods init initial initialized load loaded loader unload "
        "unloaded wait waiting waited park parking parked sleeping runnable blocked timed terminated locked "
        "lock locks ownable synchronizers condition daemon prio os cpu elapsed tid nid state allocated "
        "defined carrying virtual carrier compiled interpreted frame frames global refs weak jni jvmti jfr "
        "jmx jit smr info length elements list java_thread full print version build release debug ea lts "
        "internal mixed mode sharing tiered compressed oops ptrs linux amd64 aarch64 x86 x64 i386 i686 "
        "server client minimal bit server"),
    // The class library's names and packages, and what its pools are called.
    std::string_view("lang util io nio net sql text time math security crypto cert spi zip jar invoke "
                     "reflect annotation function stream buffer buffers bytes byte char int long short float "
                     "double boolean array arrays list set map hash linked tree queue deque executor "
                     "executors pool pools fork join forkjoinpool forkjoin scheduled scheduler schedule "
                     "timer timertask future completable delayed scavenger keep alive keepalive http https "
                     "http2 socket server channel channels selector poller read reader readers write writer "
                     "writers input output file files path paths directory dir folder inflater deflater ref "
                     "phantom soft process reaper unblocker hook shutdown hooks random seed access control "
                     "context loader bootstrap boot app application platform ext base desktop prefs rmi tcp "
                     "udp accept connection connections connect connected transport renew clean clean lease "
                     "gc daemon management jmxremote agent agents instrument attach jdwp jconsole jshell "
                     "swing awt event events queue image xml json yaml yml properties property config "
                     "configuration conf settings sun com org javax jakarta jdk openjdk graalvm truffle "
                     "polyglot unnamed add opens exports reads mods upgrade patch limit illegal enable "
                     "preview source launcher fontmanager freetype lcms mlib javajpeg splashscreen jawt sctp "
                     "j2gss j2pcsc j2pkcs11 extnet saproc jsound jsvml jimage jli verify syslookup simdsort "
                     "hsdis jjs rt jce jsse charsets cldrdata localedata nashorn sunec sunjce sunpkcs11 "
                     "jaccess dnsns zipfs tools resources classlist jsa jmod war ear class jimage hprof "
                     "hsperfdata nocoops coh impl abstract factory bean beans proxy cglib lambda hidden "
                     "accessor generated unsafe exception error throwable"),
    // Options of the launcher and the JVM.
    std::string_view(
        "password passwd passphrase secret token tokens credential credentials keystore truststore final "
        "snapshot snapshots alpha beta rc milestone pre update xx xms xmx xss xmn xlog xloggc xint xcomp xrs "
        "xshare xbootclasspath xnoclassgc xverify xbatch cp classpath javaagent agentlib agentpath ea esa da "
        "verbose server dspring duser djava d p m encoding utf utf8 ascii iso latin1 locale language country "
        "timezone zone headless tmpdir home dir name user separator line specification vendor url prefer "
        "ipv4 ipv6 addresses ttl cache negative debug trace warn info fatal level levels root loggers logger "
        "decorators tags uptime tid rotation filecount filesize stdout stderr suspend dt quiet authenticate "
        "ssl tls port host hostname address local only remote registry"),
    // The kernel, file systems, packages, containers.
    std::string_view(
        "gconv ctype collate identification measurement monetary numeric telephone paper messages address "
        "anon shmem memfd sysv zero null urandom random dev shm proc sys run mnt media srv opt usr lib lib32 "
        "lib64 libexec bin sbin share etc var tmp log logs data cache spool home root local snap flatpak nix "
        "store cellar homebrew linuxbrew gnu musl libc ld so vdso vvar vsyscall uprobes deleted inode "
        "eventfd eventpoll inotify socket pipe dmabuf io_uring uring hugepages hugetlbfs memory cpuset "
        "cpuacct cpu blkio freezer devices pids name systemd net cls prio perf event rdma misc unified init "
        "scope slice user session service docker containerd crio cri kubepods kubelet kube pods burstable "
        "besteffort guaranteed podman libpod lxc payload machine target container containers overlay "
        "overlay2 diff merged volumes volume empty secrets configmap debian ubuntu fedora centos redhat rhel "
        "alpine suse amazon corretto temurin adoptium adoptopenjdk zulu azul liberica bellsoft sapmachine "
        "sap microsoft semeru dragonwell alibaba kona tencent graal graalvm mandrel eclipse ibm jbr "
        "jetbrains sdkman candidates current asdf installs jenv jvmci permission denied such exist exists "
        "found missing failed cannot could operation permitted supported directory unknown killed refused "
        "timeout timed unavailable ended"),
    // Public programs and libraries.
    std::string_view(
        "glibc libjvm libjava libc libm libdl libpthread librt libz libgcc libstdc libnio libnet libzip "
        "libjli libjimage pthread dl resolv nss dns compat gcc stdc cxx unwind atomic gomp quadmath gfortran "
        "z zlib zstd lz4 snappy bz2 lzma xz brotli crypto ssl openssl boringssl conscrypt gnutls sodium krb5 "
        "gssapi curl xml2 xslt icu icui18n icuuc icudata ffi jna jffi jnidispatch jnr posix jansi jline "
        "netty tcnative quiche quic incubator epoll kqueue unix common uring grpc protobuf guava gson "
        "jackson fasterxml databind slf4j log4j log4j2 logback classic core api commons apache tomcat "
        "catalina coyote jasper jetty undertow xnio nio2 vertx eventloop spring springframework boot cloud "
        "hibernate hikari hikaricp hikaripool housekeeper jdbc postgresql postgres mysql mariadb sqlite "
        "sqlitejdbc h2 derby hsqldb mongodb mongo redis lettuce jedis kafka zookeeper curator consumer "
        "producer network coordinator heartbeat rabbitmq amqp activemq artemis pulsar nats cassandra "
        "elasticsearch opensearch lucene solr hadoop hdfs yarn spark flink beam hbase hive presto trino "
        "druid hudi iceberg arrow parquet avro orc rocksdb rocksdbjni rocksdbjavajni leveldb leveldbjni lmdb "
        "lmdbjava mapdb berkeleydb ehcache caffeine hazelcast infinispan ignite coherence akka pekko actor "
        "reactor reactivex rxjava rx elastic bounded single computation cached fixed kotlin kotlinx "
        "coroutines coroutine defaultdispatcher scala groovy clojure jruby jython quarkus micronaut helidon "
        "wildfly jboss weblogic websphere glassfish payara gradle maven ant sbt ivy jenkins hudson remoting "
        "nexus sonarqube minecraft forge fabric paper spigot bukkit bungeecord velocity opentelemetry otel "
        "jaeger zipkin micrometer prometheus jolokia datadog dd newrelic dynatrace appdynamics instana "
        "skywalking pinpoint glowroot async profiler asyncprofiler jemalloc tcmalloc mimalloc gperftools "
        "profiler jacoco mockito junit testng bytebuddy asm javassist aspectj objenesis kryo thrift "
        "flatbuffers tensorflow torch pytorch onnxruntime onnx opencv cuda cudart cublas mkl openblas blas "
        "lapack gdal geos proj tesseract leptonica ffmpeg avcodec avformat avutil lwjgl glfw openal opengl "
        "vulkan gtk gdk glib gobject cairo pango fontconfig harfbuzz freetype x11 xcb wayland nvidia "
        "libnvidia python perl ruby node nodejs bash sh sudo env exec tini dumb nohup timeout numactl "
        "libfaketime jattach asprof"),
    // Common words for the work of threads.
    std::string_view("acceptor accept selector eventloopgroup nioeventloopgroup eventloopthread "
                     "epolleventloopgroup exec executor executors request requests response sender receiver "
                     "handler handlers dispatcher watcher watchdog monitor monitoring metrics metric stats "
                     "reporter publisher subscriber subscription listener poll polling pinger ping health "
                     "check checker background foreground async sync flush flusher compaction compactor "
                     "merge merger snapshot sweep purge purger cleanup expire expiry expiration evict "
                     "eviction refresh refresher reload update updater import export index indexer search "
                     "query batch job jobs trigger cron quartz timer tick clock housekeeping maintenance io "
                     "disk journal wal replication replica leader follower election raft gossip membership "
                     "discovery lookup resolver session sessions store storage save saver restore backup "
                     "loop wakeup idle busy test tests foo bar demo example sample leak thread worker parked "
                     "spinning group number id key value values count index seed kind type types kinds "
                     "message messages item items entry entries node nodes block blocks page pages segment "
                     "segments record records row rows column columns field fields result results command "
                     "commands action actions state states status mode modes flag flags option options "
                     "plugin plugins extension extensions component components controller controllers "
                     "service services manager managers provider providers builder builders helper helpers "
                     "util utils utility support resource resources template templates filter filters "
                     "interceptor adapter adapters converter converters parser parsers serializer "
                     "deserializer encoder encoders decoder decoders codec codecs compressor decompressor "
                     "compress compression inflate deflate window obj session_obj repository repositories "
                     "entity entities model models view views web rest soap rpc graphql websocket ws api "
                     "gateway router route routes proxy balancer cluster clusters shard shards partition "
                     "partitions topic topics queue broker brokers prod production staging stage dev "
                     "development test qa uat int live blue green canary east west north south central eu us "
                     "ap db database cache frontend backend site admin public private jar jars zip tar gz "
                     "bin dat txt csv html md pid sock lck lock tmp bak")};

const std::unordered_set<std::string_view>& words() {
    static const std::unordered_set<std::string_view> all = [] {
        std::unordered_set<std::string_view> set;
        for (std::string_view list : word_lists) {
            while (!list.empty()) {
                const std::size_t end = std::min(list.find(' '), list.size());
                if (end > 0) set.insert(list.substr(0, end));
                list.remove_prefix(std::min(end + 1, list.size()));
            }
        }
        return set;
    }();
    return all;
}

}  // namespace

bool is_public_word(std::string_view word) {
    return words().count(word) > 0;
}

bool is_jdk_name(std::string_view qualified) {
    constexpr std::array prefixes{std::string_view("java"),    std::string_view("javax"),
                                  std::string_view("jdk"),     std::string_view("sun"),
                                  std::string_view("com.sun"), std::string_view("com/sun")};
    return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
        return qualified.size() > prefix.size() && qualified.starts_with(prefix) &&
               (qualified[prefix.size()] == '.' || qualified[prefix.size()] == '/');
    });
}

}  // namespace nmtx
