/* Preloaded into the command: it is loaded once, and every run is a fork of what was loaded, since
 * loading takes longer than most runs of the suite.
 *
 * FORKS_REQUESTS=FD  where requests are read: the number of bytes, then so many, of texts that end in
 *                    '\0': working directory, file of stdout, file of stderr, number of variables of
 *                    the environment, these, the arguments
 * FORKS_ANSWERS=FD   where the process's number is written at its begin, and its status (waitpid) at
 *                    its end */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef int main_function(int, char **, char **);

static main_function *command;

static int read_all(int from, void *into, size_t bytes) {
  char *at = into;
  while (bytes > 0) {
    const ssize_t got = read(from, at, bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return 0;
    at += got;
    bytes -= (size_t)got;
  }
  return 1;
}

static void answer(int to, int32_t number) {
  if (write(to, &number, sizeof number) != sizeof number) _exit(3);
}

static void stream_to(const char *file, int stream) {
  const int opened = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (opened < 0 || dup2(opened, stream) < 0) _exit(3);
  close(opened);
}

static int run(char *request, const char *end) {
  char *text = request;
  const char *const directory = text;
  const char *const told = text += strlen(text) + 1;
  const char *const said = text += strlen(text) + 1;
  const char *const variables = text += strlen(text) + 1;
  setsid();
  stream_to(told, STDOUT_FILENO);
  stream_to(said, STDERR_FILENO);
  if (chdir(directory) != 0 || clearenv() != 0) _exit(3);
  for (long left = strtol(variables, NULL, 10); left > 0; --left) putenv(text += strlen(text) + 1);
  size_t count = 0;
  char **const arguments = calloc((size_t)(end - text), sizeof *arguments);
  if (!arguments) _exit(3);
  while ((text += strlen(text) + 1) < end) arguments[count++] = text;
  return command((int)count, arguments, environ);
}

static int serve(int argc, char **argv, char **environment) {
  (void)argc, (void)argv, (void)environment;
  const int requests = atoi(getenv("FORKS_REQUESTS"));
  const int answers = atoi(getenv("FORKS_ANSWERS"));
  for (int32_t bytes; read_all(requests, &bytes, sizeof bytes);) {
    char *const request = malloc((size_t)bytes);
    if (!request || !read_all(requests, request, (size_t)bytes)) return 3;
    const pid_t child = fork();
    if (child < 0) return 3;
    if (child == 0) {
      close(requests);
      close(answers);
      return run(request, request + bytes);
    }
    free(request);
    answer(answers, child);
    int status;
    while (waitpid(child, &status, 0) < 0)
      if (errno != EINTR) return 3;
    answer(answers, status);
  }
  return 0;
}

int __libc_start_main(main_function *program, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*at_end)(void), void *stack_end) {
  int (*const start)(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *) =
      (int (*)(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *))dlsym(
          RTLD_NEXT, "__libc_start_main");
  command = program;
  return start(serve, argc, argv, init, fini, at_end, stack_end);
}
