#include "terminal.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

void terminal_start(struct terminal *t, int (*child)(void *arg), void *arg)
{
    const struct winsize size = {.ws_row = 12, .ws_col = 40};
    int inner;
    memset(t, 0, sizeof *t);
    assert_int_equal(openpty(&t->fd, &inner, NULL, NULL, &size), 0);
    assert_int_equal(tcgetattr(inner, &t->found), 0); /* before the child can change it */
    t->pid = fork();
    assert_true(t->pid >= 0);
    if (t->pid == 0) {
        close(t->fd);
        exit(login_tty(inner) == 0 ? child(arg) : 1);
    }
    close(inner);
}

void terminal_type(struct terminal *t, const char *keys)
{
    assert_int_equal(write(t->fd, keys, strlen(keys)), strlen(keys));
}

struct job {
    int (*child)(void *arg);
    void *arg;
};

/* Puts the group of pid in front; from the background that would stop us. */
static void bring_to_front(pid_t pid)
{
    (void)signal(SIGTTOU, SIG_IGN);
    setpgid(pid, pid);
    tcsetpgrp(STDIN_FILENO, pid ? pid : getpid());
    (void)signal(SIGTTOU, SIG_DFL);
}

static int run_shell(void *arg)
{
    const struct job *job = arg;
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        bring_to_front(0);
        return job->child(job->arg);
    }
    bring_to_front(pid);
    while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status)) {
        bring_to_front(getpid());
        dprintf(STDOUT_FILENO, "[stopped]\n");
        (void)getchar();
        bring_to_front(pid);
        kill(-pid, SIGCONT);
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void terminal_start_in_shell(struct terminal *t, int (*child)(void *arg), void *arg)
{
    struct job job = {child, arg};
    terminal_start(t, run_shell, &job);
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* False when nothing came for wait_ms, or the child is gone. */
static bool read_more(struct terminal *t, int wait_ms)
{
    struct pollfd output = {.fd = t->fd, .events = POLLIN};
    if (poll(&output, 1, wait_ms) <= 0)
        return false;
    ssize_t len = read(t->fd, t->got + t->got_len, sizeof t->got - 1 - t->got_len);
    t->got_len += len > 0 ? (size_t)len : 0;
    t->got[t->got_len] = '\0';
    return len > 0;
}

/* Forgets everything up to the end of text; false when it is not there. */
static bool take(struct terminal *t, const char *text)
{
    char *at = strstr(t->got, text);
    if (!at)
        return false;
    at += strlen(text);
    t->got_len -= (size_t)(at - t->got);
    memmove(t->got, at, t->got_len + 1);
    return true;
}

void terminal_expect(struct terminal *t, const char *text)
{
    uint64_t deadline = now_ms() + 5000;
    while (!take(t, text))
        if (!read_more(t, 100) && now_ms() > deadline)
            fail_msg("\"%s\" did not appear in: %s", text, t->got);
}

void terminal_expect_no(struct terminal *t, const char *text)
{
    uint64_t deadline = now_ms() + 200;
    while (now_ms() < deadline)
        (void)read_more(t, 20);
    assert_null(strstr(t->got, text));
}

int terminal_wait(struct terminal *t)
{
    int status;
    struct termios now;
    while (waitpid(t->pid, &status, WNOHANG) == 0)
        (void)read_more(t, 10); /* so that it is never stopped by a full terminal */
    (void)read_more(t, 0);
    assert_int_equal(tcgetattr(t->fd, &now), 0);
    assert_int_equal(now.c_lflag, t->found.c_lflag);
    assert_int_equal(now.c_iflag, t->found.c_iflag);
    assert_int_equal(now.c_oflag, t->found.c_oflag);
    close(t->fd);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
