#include "ui/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

void passphrase_clear(struct passphrase *p)
{
    sodium_memzero(p, sizeof *p);
}

/* ---- reading one line ---- */

/* Up to the line feed or the end, byte by byte: what follows is somebody else's. */
static enum lth_err read_line(int fd, struct passphrase *out)
{
    uint8_t byte;
    ssize_t got;
    enum lth_err err = LTH_OK;
    out->len = 0;
    while ((got = read(fd, &byte, 1)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            err = errno == EBADF ? LTH_UNAVAILABLE : LTH_IO;
        if (got < 0 || byte == '\n')
            break;
        if (out->len == PASSPHRASE_MAX)
            err = LTH_TOO_LONG; /* and read on to the end of the line */
        else
            out->bytes[out->len++] = byte;
    }
    sodium_memzero(&byte, sizeof byte);
    return err == LTH_OK && out->len == 0 ? LTH_MALFORMED : err;
}

static enum lth_err refuse(enum lth_err err, struct passphrase *out, struct sentence *why)
{
    passphrase_clear(out);
    if (err == LTH_MALFORMED)
        sentence_set(why, "The passphrase is empty; give at least one character.");
    else if (err == LTH_TOO_LONG)
        sentence_set(why, "The passphrase is longer than %d bytes; choose a shorter one.",
                     PASSPHRASE_MAX);
    else
        sentence_set(why,
                     "The passphrase cannot be read (%s): start it from a terminal, or give "
                     "--passphrase-fd an open descriptor, or use --key-file.",
                     lth_strerror(err));
    return err;
}

enum lth_err passphrase_read_fd(int fd, struct passphrase *out, struct sentence *why)
{
    enum lth_err err = read_line(fd, out);
    return err == LTH_OK ? LTH_OK : refuse(err, out, why);
}

/* ---- a terminal without echo ---- */

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

static volatile sig_atomic_t caught_signal; /* 0 = none */

static void on_signal(int number)
{
    caught_signal = number;
}

struct terminal {
    int fd;
    struct termios found;
    struct sigaction actions[LENGTH(caught)]; /* as they were */
    sigset_t mask;                            /* as it was */
};

/* Signals are blocked but while we wait in ppoll, so none slips in before it. */
static void catch_signals(struct terminal *t)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;
    sigemptyset(&action.sa_mask);
    sigemptyset(&blocked);
    caught_signal = 0;
    for (size_t i = 0; i < LENGTH(caught); i++)
        sigaddset(&blocked, caught[i]);
    sigprocmask(SIG_BLOCK, &blocked, &t->mask);
    for (size_t i = 0; i < LENGTH(caught); i++)
        sigaction(caught[i], &action, &t->actions[i]);
}

static bool silence(struct terminal *t)
{
    struct termios silent;
    if (tcgetattr(t->fd, &t->found) < 0)
        return false;
    silent = t->found;
    silent.c_lflag |= ICANON | ISIG;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    catch_signals(t);
    if (tcsetattr(t->fd, TCSAFLUSH, &silent) == 0)
        return true;
    sigprocmask(SIG_SETMASK, &t->mask, NULL);
    return false;
}

/* Everything as it was, and then the signal that came, if one did. */
static void give_back(struct terminal *t)
{
    tcsetattr(t->fd, TCSAFLUSH, &t->found);
    for (size_t i = 0; i < LENGTH(caught); i++)
        sigaction(caught[i], &t->actions[i], NULL);
    sigprocmask(SIG_SETMASK, &t->mask, NULL);
    if (caught_signal)
        (void)raise(caught_signal); /* SIGTSTP comes back from here, with fg */
}

static void say(int fd, const char *text)
{
    ssize_t written = write(fd, text, strlen(text));
    (void)written; /* who does not see the question will not answer it */
}

/* Waits for a line or a signal; true for a line. */
static bool wait_for_line(const struct terminal *t)
{
    struct pollfd input = {.fd = t->fd, .events = POLLIN};
    int ready;
    do
        ready = ppoll(&input, 1, NULL, &t->mask);
    while (ready < 0 && errno == EINTR && !caught_signal);
    return ready > 0 && !caught_signal;
}

/* Asks one question. LTH_BAD_STATE: a signal came that did not end us. */
static enum lth_err ask_once(int fd, const char *question, struct passphrase *out)
{
    struct terminal t = {.fd = fd};
    enum lth_err err = LTH_BAD_STATE;
    do {
        if (!silence(&t))
            return LTH_UNAVAILABLE;
        say(fd, question);
        if (wait_for_line(&t))
            err = read_line(fd, out);
        say(fd, "\n");
        give_back(&t);
    } while (caught_signal == SIGTSTP);
    return err;
}

/* LTH_NOT_FOUND: the second was not the first. */
static enum lth_err ask_twice(int fd, struct passphrase *out)
{
    struct passphrase again;
    enum lth_err err = ask_once(fd, "New passphrase (nobody can recover it): ", out);
    if (err == LTH_OK)
        err = ask_once(fd, "The same once more: ", &again);
    if (err == LTH_OK &&
        (again.len != out->len || sodium_memcmp(again.bytes, out->bytes, out->len) != 0))
        err = LTH_NOT_FOUND;
    passphrase_clear(&again);
    return err;
}

static enum lth_err ask(int fd, bool is_new, struct passphrase *out)
{
    enum lth_err err = LTH_NOT_FOUND;
    if (!is_new)
        return ask_once(fd, "Passphrase: ", out);
    for (int i = 0; i < PASSPHRASE_TRIES && err == LTH_NOT_FOUND; i++) {
        if (i > 0)
            say(fd, "They are not the same; try again.\n");
        err = ask_twice(fd, out);
    }
    return err;
}

enum lth_err passphrase_ask(bool is_new, struct passphrase *out, struct sentence *why)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        sentence_set(why, "There is no terminal to ask for the passphrase: use --passphrase-fd or "
                          "--key-file.");
        return LTH_UNAVAILABLE;
    }
    enum lth_err err = ask(fd, is_new, out);
    close(fd);
    if (err == LTH_OK)
        return LTH_OK;
    refuse(err, out, why);
    if (err == LTH_BAD_STATE)
        sentence_set(why, "No passphrase was given, so nothing was opened.");
    else if (err == LTH_NOT_FOUND)
        sentence_set(why, "The passphrases never were the same; start again.");
    return err;
}
