#include "agent.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../run/reason.h"

static const char main_class[] = "io.dcp.oss.agent.Agent";

// A growing argv. Memory that runs out ends the process: nothing runs yet that could be harmed.
struct words {
  char **list;
  size_t count;
};

static void add(struct words *words, const char *word) {
  char **list = realloc(words->list, (words->count + 2) * sizeof *list);
  char *copy = strdup(word);
  if (!list || !copy) abort();
  words->list = list;
  list[words->count++] = copy;
  list[words->count] = NULL;
}

static int find_java(char into[static PATH_MAX]) {
  const char *given = getenv("DCP_JAVA"), *home = getenv("JAVA_HOME"), *list = getenv("PATH");
  if (given && *given) {
    if (strlen(given) >= PATH_MAX || access(given, X_OK) < 0)
      return dcp_reason("DCP_JAVA %s: %s", given, strerror(errno));
    memcpy(into, given, strlen(given) + 1);
    return 0;
  }
  if (home && *home && snprintf(into, PATH_MAX, "%s/bin/java", home) < PATH_MAX && access(into, X_OK) == 0) return 0;
  for (const char *at = list ? list : "/usr/bin"; *at; at += strspn(at, ":")) {
    size_t length = strcspn(at, ":");
    if (*at == '/' && snprintf(into, PATH_MAX, "%.*s/java", (int)length, at) < PATH_MAX && access(into, X_OK) == 0)
      return 0;
    at += length;
  }
  return dcp_reason("no java: install a Java 17 runtime, or name it by JAVA_HOME");
}

static int is_jar(const struct dirent *entry) {
  size_t length = strlen(entry->d_name);
  return length > 4 && strcmp(entry->d_name + length - 4, ".jar") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

// Each jar by name: the class archive is refused if the class path is not the very same list.
static char *make_class_path(const char *target) {
  char lib[PATH_MAX];
  struct dirent **jars;
  char *path;
  if (dcp_path_join(lib, target, "lib") < 0) return NULL;
  int count = scandir(lib, &jars, is_jar, by_bytes);
  if (count <= 0) {
    dcp_reason("%s: not built, run scripts/build", target);
    return NULL;
  }
  if (asprintf(&path, "%s/oss-service-0.1.0.jar", target) < 0) abort();
  for (int i = 0; i < count; i++) {
    char *longer;
    if (asprintf(&longer, "%s:%s/%s", path, lib, jars[i]->d_name) < 0) abort();
    free(path);
    free(jars[i]);
    path = longer;
  }
  free(jars);
  return path;
}

static void add_joined(struct words *words, const char *prefix, const char *value, const char *suffix) {
  char *option;
  if (asprintf(&option, "%s%s%s", prefix, value, suffix) < 0) abort();
  add(words, option);
  free(option);
}

static void add_developers_options(struct words *words) {
  const char *given = getenv("DCP_JAVA_OPTIONS");
  char *copy = strdup(given ? given : ""), *rest;
  if (!copy) abort();
  for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) add(words, word);
  free(copy);
}

static int make_java_command(const struct dcp_home *home, struct words *words) {
  // Measured in lab/README.md: the serial collector and a fixed archive address keep an idle JVM small; C2 stays, for
  // TLS and SHA-256 are 10 to 100 times slower without. COMPAT: the HTTP server asks for all locales there are; those
  // of the CLDR cost an eighth of a start, and nothing here speaks another language.
  static const char *const fixed[] = {
      "-XX:+UseSerialGC",
      "-Xss256k",
      "-Xms16m",
      "-XX:+UnlockDiagnosticVMOptions",
      "-XX:ArchiveRelocationMode=0",
      "-XX:-UsePerfData",
      "-XX:+ExitOnOutOfMemoryError",
      "-Djava.locale.providers=COMPAT",
      "-Xshare:auto",
      "-Xlog:cds=off",
      "-Xlog:cds+dynamic=off",
      "--add-opens=java.base/java.nio=ALL-UNNAMED",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
  };
  char java[PATH_MAX], own[PATH_MAX], up[PATH_MAX], installation[PATH_MAX], target[PATH_MAX], archive[PATH_MAX];
  if (find_java(java) < 0 || dcp_own_directory(own) < 0 || dcp_path_join(up, own, "../..") < 0) return -1;
  if (!realpath(up, installation)) return dcp_reason("%s: %s", up, strerror(errno));
  if (dcp_path_join(target, installation, "oss-service/target") < 0) return -1;
  char *class_path = make_class_path(target);
  if (!class_path || dcp_path_join(archive, target, "agent.jsa") < 0) return -1;
  add(words, java);
  add_developers_options(words);
  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) add(words, fixed[i]);
  const char *heap = getenv("DCP_AGENT_HEAP");
  add_joined(words, "-Xmx", heap && *heap ? heap : "256m", "");
  const char *options = getenv("DCP_JAVA_OPTIONS");
  if (access(archive, R_OK) == 0 && !(options && strstr(options, "Archive")))  // scripts/build makes one
    add_joined(words, "-XX:SharedArchiveFile=", archive, "");
  add_joined(words, "-XX:ErrorFile=", home->directory, "/agent-crash.log");
  add_joined(words, "-Djava.io.tmpdir=", home->directory, "/tmp");
  add(words, "-cp");
  add(words, class_path);
  add(words, main_class);
  free(class_path);
  return 0;
}

int dcp_agent_command_make(const struct dcp_home *home, struct dcp_agent_command *command) {
  const char *instead = getenv("DCP_AGENT_COMMAND");
  struct words words = {0};
  if (instead && *instead) {
    add(&words, "/bin/sh");
    add(&words, "-c");
    add_joined(&words, "exec ", instead, "");
  } else if (make_java_command(home, &words) < 0) {
    return -1;
  }
  command->argv = words.list;
  return 0;
}

void dcp_agent_environment(const struct dcp_home *home, const struct dcp_place *place, unsigned listen_count) {
  static const char *const unwanted[] = {"LD_PRELOAD", "LD_LIBRARY_PATH",   "LD_AUDIT",
                                         "DCP_RUN",    "_JAVA_OPTIONS",     "JDK_JAVA_OPTIONS",
                                         "CLASSPATH",  "JAVA_TOOL_OPTIONS", "DCP_RESTARTED"};
  for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++) unsetenv(unwanted[i]);
  char count[16];
  snprintf(count, sizeof count, "%u", listen_count);
  if (setenv("DCP_HOME", home->directory, 1) < 0 || setenv("DCP_ROOT", place->root, 1) < 0 ||
      setenv("DCP_MIRROR", place->mirror, 1) < 0 || setenv("DCP_RUN_DIR", home->run, 1) < 0 ||
      setenv("DCP_LISTEN_FDS", count, 1) < 0 || setenv("MALLOC_ARENA_MAX", "2", 0) < 0)
    abort();
}

static void become_agent(const struct dcp_agent_command *command, const struct dcp_endpoints *endpoints, bool again,
                         pid_t parent) {
  enum { FIRST_SOCKET = 3 };
  sigset_t none;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  for (unsigned i = 0; i < endpoints->count; i++)
    if (dup2(endpoints->sockets[i], FIRST_SOCKET + (int)i) < 0) _exit(1);
  if (again && setenv("DCP_RESTARTED", "1", 1) < 0) _exit(1);
  signal(SIGPIPE, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execv(command->argv[0], command->argv);
  fprintf(stderr, "dcp-spawner: %s: %s\n", command->argv[0], strerror(errno));
  _exit(DCP_AGENT_REFUSED);
}

pid_t dcp_agent_start(const struct dcp_agent_command *command, const struct dcp_endpoints *endpoints, bool again) {
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) become_agent(command, endpoints, again, parent);
  return pid > 0 ? pid : dcp_reason("cannot start the agent: %s", strerror(errno));
}

unsigned long long dcp_process_start(pid_t pid) {
  enum {
    START_FIELD = 22,
    AFTER_NAME = 3
  };  // proc(5): the name is field 2, in parentheses, and may hold any character
  char path[64], content[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  if (dcp_file_read(path, content, sizeof content) < 0) return 0;
  const char *at = strrchr(content, ')');
  if (at) at += 1;
  for (int field = AFTER_NAME; field < START_FIELD && at; field++) at = strchr(at + 1, ' ');
  return at ? strtoull(at, NULL, 10) : 0;
}
