#!/usr/bin/python3
"""Who may say what in a group, and who is given the keys, tried by people who keep to no rule:
entries, chains, heads, keys, accounts, questions and receipts. Nothing false is shown, nothing
is delivered to who did not get it, and no key goes to whom it is not for."""

import os

import lab
from groups import SPREAD_S
from hostile import (CHAIN, ENTRIES, HAVE, HEAD, KEY, RECEIPT, ROSTER, SEALED, TEXT,
                     WANT, ZEROS, Session, Voice, front, front_len, have, key_wanted,
                     message_key, raw_id, u32, u64, want)
from lan import wait_until
from stage import (FORGED, MALFORMED, MALLORY, NINA, NOT_SHOWN, NOT_THEIRS, NOT_VALID, OLGA,
                   PASSED_OVER, REX, Then, row, run_rows, sends)

FORK = Then(fork=1, tells=["fork"])


def fresh(s, who=MALLORY, head=None):
    """A new feed of theirs, with a chain under the head of the group."""
    return Voice(getattr(s, who[0]), s.quay.raw).open_chain(head or s.quay.head)


def writes(title, then, write, before=None, who=MALLORY):
    """A feed with the true words that before(stage, voice) adds to it, and then with what
    write(stage, voice) does; a true word behind that is shown, where the session lives."""
    def attack(s, session):
        voice = fresh(s, who)
        if before:
            before(s, voice)
        session.send(voice.entries(), voice.key_message(), voice.head(voice.person))
        sent = voice.count()
        write(s, voice)
        session.send(voice.entries(sent + 1), voice.head(voice.person))
        if not then.ends:
            session.send(*voice.said(s.may_say(f"true, behind {title}")))
            s.is_shown(f"true, behind {title}")
    row(title, then, who)(attack)


# ---- feeds ----

@row("what she says is shown", PASSED_OVER)
def _(s, session):
    voice = fresh(s)
    session.send(voice.entries(), voice.key_message(),
                 *voice.said(s.may_say("honestly: one")), *voice.said(s.may_say("honestly: two")))
    s.is_shown("honestly: two")


sends("an empty ENTRIES", MALFORMED, lambda s: (ENTRIES, b""))
sends("a feed whose first entry is longer than the message", PASSED_OVER,
      lambda s: (ENTRIES, fresh(s).entries()[1][:-1]))
sends("an entry longer than the message", MALFORMED,
      lambda s: [(v := fresh(s)).entries(),
                 (ENTRIES, v.open_chain(s.quay.head).entries(2)[1][:-1])])
writes("a text in a group", MALFORMED, lambda s, v: v.add(front(TEXT) + b"not sealed"))
writes("an entry of no kind", MALFORMED, lambda s, v: v.add(u64(1) + b"\0"))
writes("an entry with 17 parents", MALFORMED,
       lambda s, v: v.write("never", parents=[s.mallory.raw_id + u64(n) + u64(1) + ZEROS
                                              for n in range(17)]))
writes("an order that is not more than the time", MALFORMED,
       lambda s, v: v.add(u64(5) + b"\x80" + u64(5) + b"\x03" + u32(0) + bytes(18)))
writes("an entry of a kind nobody knows", PASSED_OVER, lambda s, v: v.add(front(9) + b"later"))


@row("SEALED before any CHAIN", MALFORMED)
def _(s, session):
    voice = Voice(s.mallory, s.quay.raw)
    voice.key = os.urandom(32)
    voice.write("never")
    session.send(voice.entries())


@row("a feed that begins with a kind nobody knows", MALFORMED)
def _(s, session):
    voice = Voice(s.mallory, s.quay.raw)
    voice.add(front(9) + b"later")
    session.send(voice.entries())


@row("a feed from its second entry on", PASSED_OVER)
def _(s, session):
    voice = fresh(s)
    voice.write("never")
    session.send(voice.entries(2))


@row("entries again", PASSED_OVER)
def _(s, session):
    voice = fresh(s)
    session.send(voice.entries(), voice.key_message(), *voice.said(s.may_say("only once")))
    s.is_shown("only once")
    mark = session.mark()
    session.send(voice.entries(), voice.entries(2), voice.head(s.mallory))
    session.wait(RECEIPT, mark)
    assert len(s.ada.find("message", text="only once")) == 1


@row("an entry is left out, and comes later", Then(gap=1, tells=["gap", "gap_filled"]))
def _(s, session):
    voice = fresh(s)
    session.send(voice.entries(), voice.key_message())
    voice.write(s.may_say("the first of two"))
    voice.write(s.may_say("the second of two"))
    session.send(voice.entries(3), voice.head(s.mallory))
    told = s.ada.wait("gap", SPREAD_S, s.marks[s.ada])
    assert (told["from"], told["first"], told["last"]) == (s.mallory.id, 2, 3), told
    assert not s.ada.find("message", text="the second of two")
    session.send(voice.entries(2), voice.head(s.mallory))
    s.is_shown("the second of two")


@row("two texts under one number", FORK)
def _(s, session):
    voice = fresh(s)
    session.send(voice.entries(), voice.key_message())
    other = voice.copy()
    session.send(*voice.said(s.may_say("the one under number 2")))
    s.is_shown("the one under number 2")
    session.send(*other.said("the other under number 2")[:1])
    told = s.ada.wait("fork", SPREAD_S, s.marks[s.ada])
    assert (told["conversation"], told["from"], told["number"]) == (
        s.quay.id, s.mallory.id, 2), told


@row("two histories under one head", FORK)
def _(s, session):
    """What follows the other text is not taken either."""
    voice = fresh(s)
    session.send(voice.entries(), voice.key_message())
    other = voice.copy()
    session.send(voice.entries(1), *voice.said(s.may_say("what number 2 is")))
    other.write("what number 2 is not")
    other.write("and what follows that")
    session.send(other.entries(3))


@row("one text for Ada and another for Bea, under one number",
     Then(fork=1, not_the_author=1, tells=["fork"]))
def _(s, session):
    """Each names the last entry that they saw; so both find out. What comes with the proof is
    passed over."""
    voice = fresh(s)
    other = voice.copy()
    to_bea = Session(s.mallory, s.bea.host.ipv4)
    for heard_by, feed, to in ((s.ada, voice, session), (s.bea, other, to_bea)):
        text = s.may_say(f"this is for {heard_by.name} alone")
        s.apart.add(text)
        to.send(feed.entries(), feed.key_message(), *feed.said(text))
        s.is_shown(text, [heard_by])
    to_bea.close()
    s.say(s.ada, "what did she say?")
    s.say(s.bea, "and what to you?")
    for node in s.nodes:
        told = node.wait("fork", SPREAD_S, s.marks[node])
        assert (told["from"], told["number"]) == (s.mallory.id, 2), told


@row("a head of another entry than was sent", FORK)
def _(s, session):
    voice = fresh(s)
    session.send(voice.entries(), voice.key_message(), voice.head(s.mallory, 1, os.urandom(32)))


sends("a head with half a signature", MALFORMED,
      lambda s: (HEAD, fresh(s).head(s.mallory)[1][:-32]))


@row("a head that she did not sign", FORGED)
def _(s, session):
    voice = fresh(s)
    session.send(voice.entries(), voice.key_message(), voice.head(s.rex))


# ---- in the name of others ----

def pretends(s, node):
    """A feed as that node might have begun, but for the signature."""
    voice = Voice(s.mallory, s.quay.raw)
    voice.id = s.quay.raw + raw_id(node.id) + u64(voice.incarnation)
    voice.open_chain(s.quay.head)
    voice.write(f"{node.name} never said this")
    return voice


def said_by(s, node, text):
    """Their feed; its last entry is that text."""
    s.say(node, text)
    return s.mallory.learn(s.quay.raw, text).newest_of(node)


def theirs(s, node):
    """The feed that they are writing, to go on with in their name."""
    feed = said_by(s, node, f"{node.name} says {len(s.honest)}").copy()
    voice = Voice(s.mallory, s.quay.raw, feed.incarnation)
    voice.id, voice.contents, voice.hashes = feed.id, feed.contents, feed.hashes
    return voice


for whose in ("ada", "bea"):
    sends(f"a feed in {whose.title()}'s name", NOT_THEIRS,
          lambda s, whose=whose: pretends(s, getattr(s, whose)).entries())
    sends(f"a feed in {whose.title()}'s name, with a head of one's own", FORGED,
          lambda s, whose=whose: [(v := pretends(s, getattr(s, whose))).head(s.mallory),
                                  v.entries(), v.key_message()])
    sends(f"the next entry of {whose.title()}'s feed", NOT_THEIRS,
          lambda s, whose=whose: (v := theirs(s, getattr(s, whose))).open_chain(
              s.quay.head).entries(v.count()))
    sends(f"the next entry of {whose.title()}'s feed, with a head of one's own", FORGED,
          lambda s, whose=whose: [(v := theirs(s, getattr(s, whose))).open_chain(
              s.quay.head).head(s.mallory), v.entries(v.count())])


@row("what Nina said, handed on as she said it", PASSED_OVER)
def _(s, session):
    voice = fresh(s, NINA)
    voice.write(s.may_say("by Nina, through Mallory"))
    session.send(voice.head(s.nina), voice.entries(), voice.key_message())
    s.is_shown("by Nina, through Mallory")
    assert s.ada.find("message", text="by Nina, through Mallory")[0]["from"] == s.nina.id


@row("what Nina said, handed on with a word changed", FORGED)
def _(s, session):
    """What she signed can still come, from whoever has it."""
    voice = fresh(s, NINA)
    changed = voice.copy()
    voice.write(s.may_say("Nina said this"))
    changed.write("Nina said that")
    session.send(voice.head(s.nina), changed.entries(), voice.key_message())
    wait_until(lambda: session.ended, SPREAD_S, "a changed word ends the session")
    s.mallory.live().send(voice.head(s.nina), voice.entries(), voice.key_message())
    s.is_shown("Nina said this")


@row("what Nina said, handed on without her head", NOT_THEIRS)
def _(s, session):
    voice = fresh(s, NINA)
    voice.write("Nina said this to Mallory alone")
    session.send(voice.entries(), voice.key_message())


@row("what an outsider said, handed on", NOT_THEIRS)
def _(s, session):
    voice = fresh(s, OLGA)
    voice.write("Olga is not in it")
    session.send(voice.head(s.olga), voice.entries(), voice.key_message())


@row("what an outsider says", Then(not_the_author=2), OLGA)
def _(s, session):
    voice = fresh(s, OLGA)
    voice.write("Olga is not in it")
    session.send(voice.entries(), voice.key_message(), voice.head(s.olga))


# ---- what was said after going ----

@row("an ex-member goes on speaking", Then(not_the_author=1), REX)
def _(s, session):
    voice = s.rex.voice.copy()
    session.send(*voice.said("Rex speaks on"))


@row("what an ex-member said after going, handed on", NOT_VALID)
def _(s, session):
    voice = s.rex.voice.copy()
    voice.write("Rex speaks on")
    session.send(voice.head(s.rex), voice.entries(3), voice.key_message())


@row("a new feed of an ex-member's, handed on", NOT_VALID)
def _(s, session):
    voice = fresh(s, REX, s.quay.raw)
    voice.write("Rex began anew")
    session.send(voice.head(s.rex), voice.entries(), voice.key_message())


@row("a new feed of an ex-member's, under a roster he is not in", MALFORMED)
def _(s, session):
    voice = fresh(s, REX)
    voice.write("Rex began anew")
    session.send(voice.head(s.rex), voice.entries(), voice.key_message())


# ---- chains ----

def opens(title, then, body, who=MALLORY):
    """A feed that begins with that CHAIN."""
    def attack(s, session):
        voice = Voice(getattr(s, who[0]), s.quay.raw)
        voice.add(front(CHAIN) + body(s, voice))
        session.send(voice.entries())
    row(title, then, who)(attack)


opens("a CHAIN of 63 bytes", MALFORMED, lambda s, v: s.quay.head + bytes(31))
opens("a CHAIN of 65 bytes", MALFORMED, lambda s, v: s.quay.head + bytes(33))
opens("a CHAIN under a roster that she is not in", MALFORMED, lambda s, v: s.quay.raw + bytes(32),
      NINA)


@row("a CHAIN under a roster nobody knows", NOT_VALID)
def _(s, session):
    """It is not taken, nor what follows, and the roster is asked for."""
    mark = session.mark()
    voice = fresh(s, head=os.urandom(32))
    voice.write("under no roster")
    session.send(voice.entries(), voice.key_message())
    session.wait(ROSTER, mark, s.quay.raw)


# ---- indices ----

def at_index(title, then, index, *indices):
    """Something at that index, behind true words at the others."""
    def true(s, voice, index):
        voice.write(s.may_say(f"at index {index} of {voice.incarnation:x}"), index=index)

    def before(s, voice):
        for at in indices:
            true(s, voice, at)

    def write(s, voice):
        if then.ends:
            voice.write("never", index=index, key=os.urandom(32) if index > 1 << 16 else None)
        else:
            true(s, voice, index)
    writes(title, then, write, before)


at_index("the first index may be 2 000", PASSED_OVER, 2000)
at_index("and the next 2 000 beyond the one that is next", PASSED_OVER, 3001, 1000)
at_index("and another chain's 4 094", PASSED_OVER, 4094, 2000, 4000)
at_index("the same index twice", MALFORMED, 7, 7)
at_index("an index that goes back", MALFORMED, 6, 0, 7)
at_index("a first index of 2 001", MALFORMED, 2001)
at_index("an index 2 001 beyond the one that is next", MALFORMED, 3002, 1000)
at_index("index 4 096", MALFORMED, 4096, 2000, 4000)
at_index("index 2^32 - 1", MALFORMED, (1 << 32) - 1)
at_index("index 2^31", MALFORMED, 1 << 31)


# ---- what does not open ----

def flipped(at):
    def write(s, voice):
        content = bytearray(voice.content("never, for a bit is changed"))
        content[at] ^= 1
        voice.add(bytes(content))
        voice.index += 1
    return write


def replayed(s, voice):
    """One's own words, once more: the same ciphertext under the next index."""
    voice.write(s.may_say(f"once in {voice.incarnation:x}"))
    content = voice.contents[-1]
    end = front_len(content)
    voice.add(content[:end] + u32(1) + content[end + 4:])
    voice.index = 2


def beas_words(s):
    """Bea's last CHAIN, its key, and the first that she said under it."""
    feed = s.known.newest_of(s.bea)
    chain = max(at for at in range(1, feed.count() + 1) if feed.is_chain(at))
    return s.known.keys[feed.hashes[chain]], feed.contents[chain]


writes("a ciphertext with a bit changed", NOT_SHOWN, flipped(-20))
writes("a tag with a bit changed", NOT_SHOWN, flipped(-1))
writes("a time with a bit changed", NOT_SHOWN, flipped(5))
writes("sealed for another number", NOT_SHOWN, lambda s, v: v.write("never", at=v.count() + 2))
writes("sealed with the key of another index", NOT_SHOWN,
       lambda s, v: v.write("never", key=message_key(v.key, 1)))
writes("sealed with another chain's key", NOT_SHOWN,
       lambda s, v: v.write("never", key=message_key(os.urandom(32), 0)))
writes("her own words under a new index", NOT_SHOWN, replayed)
writes("Bea's words in her own feed", NOT_SHOWN,
       lambda s, v: (v.add(beas_words(s)[1]), setattr(v, "index", 1)))
writes("of a kind nobody knows, inside", NOT_SHOWN, lambda s, v: v.write("never", inner=2))
writes("a text inside that is not UTF-8", NOT_SHOWN, lambda s, v: v.write(b"\xff\xfe"))
writes("a text inside of 16 385 bytes", NOT_SHOWN, lambda s, v: v.write("x" * 16385))
writes("no text inside", MALFORMED, lambda s, v: v.write(""))
writes("nothing inside", MALFORMED, lambda s, v: v.add(front(SEALED) + u32(0) + bytes(16)))
writes("an index cut short", MALFORMED, lambda s, v: v.add(front(SEALED) + bytes(3)))


@row("Bea's words in her own feed, under Bea's key", NOT_SHOWN)
def _(s, session):
    """She may commit to a key that is not hers; what Bea sealed was for another place."""
    voice = Voice(s.mallory, s.quay.raw)
    key, content = beas_words(s)
    voice.open_chain(s.quay.head, key)
    voice.add(content)
    session.send(voice.entries(), voice.key_message(), voice.head(s.mallory))


# ---- keys ----

WAITS = Then(tells=["waiting_for_key"])


def waiting(s, session, text):
    """A word whose key Ada lacks."""
    voice = fresh(s)
    voice.write(text)
    session.send(voice.entries(), voice.head(s.mallory))
    told = s.ada.wait("waiting_for_key", SPREAD_S, s.marks[s.ada])
    assert (told["conversation"], told["from"], told["id"]) == (
        s.quay.id, s.mallory.id, voice.hashes[-1].hex()), told
    assert not s.ada.find("message", text=text)
    return voice


@row("a key that comes late", WAITS)
def _(s, session):
    voice = waiting(s, session, s.may_say("the key came late"))
    session.send(voice.key_message())
    s.is_shown("the key came late")


@row("a wrong key, and then the right one", Then(ends="forged", tells=["waiting_for_key"]))
def _(s, session):
    voice = waiting(s, session, s.may_say("the right key came second"))
    session.send(voice.key_message(os.urandom(32)))
    wait_until(lambda: session.ended, SPREAD_S, "a wrong key ends the session")
    s.mallory.live().send(voice.key_message())
    s.is_shown("the right key came second")


@row("a CHAIN that was not for the key that follows", FORGED)
def _(s, session):
    voice = Voice(s.mallory, s.quay.raw).open_chain(s.quay.head, committed=os.urandom(32))
    session.send(voice.entries(), voice.key_message())


@row("the key from another member", WAITS, NINA)
def _(s, session):
    voice = waiting(s, s.mallory.live(), s.may_say("Nina had the key"))
    session.send(voice.key_message())
    s.is_shown("Nina had the key")


for who, what in ((OLGA, "an outsider"), (REX, "an ex-member")):
    @row(f"the key from {what}", Then(not_the_author=1, tells=["waiting_for_key"]), who)
    def _(s, session, what=what):
        voice = waiting(s, s.mallory.live(), text := s.may_say(f"not by {what}"))
        session.send(voice.key_message())
        assert session.ping()
        s.say(s.bea, f"and {what} has brought a key")
        assert not s.ada.find("message", text=text)
        s.mallory.live().send(voice.key_message())
        s.is_shown(text)


@row("a wrong key, when the right one is there", PASSED_OVER)
def _(s, session):
    voice = fresh(s)
    session.send(voice.entries(), voice.key_message(), *voice.said(s.may_say("it had its key")),
                 voice.key_message(os.urandom(32)))
    s.is_shown("it had its key")


sends("a key of a chain nobody knows", PASSED_OVER,
      lambda s: (KEY, s.quay.raw + os.urandom(64)))
sends("a key of 31 bytes", MALFORMED, lambda s: (KEY, s.quay.raw + os.urandom(63)))
sends("a key of 33 bytes", MALFORMED, lambda s: (KEY, s.quay.raw + os.urandom(65)))


def old_chains(s):
    """Of what Ada said before Nina came; the first Rex was there for, too."""
    feed = s.known.newest_of(s.ada)
    chains = [feed.hashes[at] for at in range(1, feed.count() + 1) if feed.is_chain(at)]
    assert len(chains) >= 3, "at the beginning, after the removals, and after Nina came"
    return chains[:3]


def asks_keys(title, then, count, chains, who=MALLORY):
    """KEY_WANTED for those: so many come."""
    def attack(s, session):
        mark, wanted = session.mark(), chains(s)
        session.send(key_wanted(s.quay.raw, *wanted))
        assert session.ping()
        got = session.find(KEY, mark, s.quay.raw)
        assert len(got) == count and {key[32:64] for key in got} <= set(wanted), len(got)
    row(title, then, who)(attack)


asks_keys("a member asks for keys", PASSED_OVER, 3, old_chains)
asks_keys("a newcomer asks for older keys", PASSED_OVER, 1, old_chains, NINA)
asks_keys("an outsider asks for keys", NOT_THEIRS, 0, old_chains, OLGA)
asks_keys("an ex-member asks for keys, of his own time too", NOT_THEIRS, 0, old_chains, REX)
asks_keys("a key is asked for of a chain nobody knows", PASSED_OVER, 0,
          lambda s: [os.urandom(32) for _ in range(512)])
sends("513 keys are asked for", MALFORMED,
      lambda s: key_wanted(s.quay.raw, *[os.urandom(32) for _ in range(513)]))
sends("no key is asked for", MALFORMED, lambda s: key_wanted(s.quay.raw))
sends("half a key is asked for", MALFORMED, lambda s: key_wanted(s.quay.raw, os.urandom(16)))


# ---- accounts and wants ----

def asks(title, then, count, items, who=MALLORY):
    """WANT of those: so many ENTRIES of the group come."""
    def attack(s, session):
        mark = session.mark()
        session.send(want(s.quay.raw, *items(s)))
        s.say(s.bea, f"meanwhile, {title}")
        assert session.ping()
        got = [body for body in session.find(ENTRIES, mark, s.quay.raw)
               if body[32:64] != raw_id(s.ada.id)]
        assert len(got) == count, f"{len(got)} ENTRIES"
    row(title, then, who)(attack)


def beas_feed(s, upto=0):
    return [(raw_id(s.bea.id), s.known.newest_of(s.bea).incarnation, upto)]


asks("an outsider wants a feed", NOT_THEIRS, 0, beas_feed, OLGA)
asks("an ex-member wants a feed", NOT_THEIRS, 0, beas_feed, REX)
asks("a feed is wanted that there is not", PASSED_OVER, 0,
     lambda s: [(raw_id(s.bea.id), n, 0) for n in range(512)])
asks("a feed is wanted of somebody unknown", PASSED_OVER, 0, lambda s: [(os.urandom(32), 1, 0)])
asks("what is behind the end is wanted", PASSED_OVER, 0,
     lambda s: beas_feed(s, (1 << 64) - 1))
sends("513 feeds are wanted", MALFORMED, lambda s: want(s.quay.raw, *beas_feed(s) * 513))
sends("no feed is wanted", MALFORMED, lambda s: want(s.quay.raw))
sends("half a feed is wanted", MALFORMED,
      lambda s: (WANT, want(s.quay.raw, *beas_feed(s))[1][:-24]))
sends("a HAVE without flags", MALFORMED, lambda s: (HAVE, s.quay.raw))
sends("half a HAVE", MALFORMED,
      lambda s: (HAVE, have(s.quay.raw, [beas_feed(s)[0] + (0,)])[1][:-8]))


for who, what in ((OLGA, "an outsider"), (REX, "an ex-member")):
    @row(f"{what} asks what there is", PASSED_OVER, who)
    def _(s, session):
        mark = session.mark()
        session.send(have(s.quay.raw, flags=3))
        assert session.ping()
        assert not session.find(HAVE, mark, s.quay.raw), "is not told"
        assert not session.find(ENTRIES, mark, s.quay.raw), "is sent nothing"


def claims(title, items):
    sends(f"a HAVE that claims {title}", PASSED_OVER,
          lambda s: [have(s.quay.raw, items(s)), have(s.quay.raw)])


def much(s, node):
    return [(raw_id(node.id), s.known.newest_of(node).incarnation, (1 << 64) - 1, (1 << 64) - 1)]


claims("more of Ada's feed than she has said", lambda s: much(s, s.ada))
claims("more of Bea's feed than she has said", lambda s: much(s, s.bea))
claims("more of Rex's than counts", lambda s: [(s.rex.raw_id, s.rex.incarnation, 1000, 0)])
claims("feeds of Ada's that there are not",
       lambda s: [(raw_id(s.ada.id), n, 1000, 1000) for n in range(600)])
claims("feeds of people nobody knows", lambda s: [(os.urandom(32), 1, 9, 9) for _ in range(600)])


# ---- receipts ----

def receipts(title, then, receipt, who=MALLORY):
    """Of something that Ada says now: nobody but Bea has it afterwards."""
    def attack(s, session):
        feed = said_by(s, s.ada, f"a receipt? {title}")
        session.send(receipt(s, feed))
        if not then.ends:
            assert session.ping()
        s.say(s.bea, f"a receipt came? {title}")
        wanted = {s.bea.id: "delivered", s.mallory.id: "queued", s.nina.id: "queued"}
        states = {peer: "queued" if state == "sent" else state for peer, state
                  in s.quay.states(s.ada, feed.hashes[-1].hex()).items()}
        assert states == wanted, states
    row(title, then, who)(attack)


BAD_RECEIPT = Then(bad_receipt=1)

receipts("a receipt for more than there is", BAD_RECEIPT,
         lambda s, feed: feed.receipt(s.mallory, feed.count() + 1, feed.hashes[-1]))
receipts("a receipt for another entry", BAD_RECEIPT,
         lambda s, feed: feed.receipt(s.mallory, hash_=os.urandom(32)))
receipts("a receipt for a feed of somebody else", BAD_RECEIPT,
         lambda s, feed: s.known.newest_of(s.bea).receipt(s.mallory))
receipts("a receipt that she did not sign", FORGED,
         lambda s, feed: feed.receipt(s.mallory, signer=s.rex))
receipts("a receipt with the signature of a head", FORGED,
         lambda s, feed: feed.receipt(s.mallory, domain="lanthorn/head/1"))
receipts("a receipt in Nina's name", FORGED,
         lambda s, feed: feed.receipt(s.nina, signer=s.mallory))
receipts("a receipt that Nina gave her", FORGED, lambda s, feed: feed.receipt(s.nina))
receipts("a receipt from an ex-member", BAD_RECEIPT, lambda s, feed: feed.receipt(s.rex), REX)
receipts("a receipt from an outsider", BAD_RECEIPT, lambda s, feed: feed.receipt(s.olga), OLGA)
sends("half a receipt", MALFORMED,
      lambda s: (RECEIPT, s.known.newest_of(s.ada).receipt(s.mallory)[1][:-32]))


@row("a newcomer's receipt for all there is", PASSED_OVER, NINA)
def _(s, session):
    """It is true, and yet what was said before she came was not delivered to her."""
    feed = said_by(s, s.ada, "for Nina's receipt")
    session.send(feed.receipt(s.nina))
    id_ = s.ada.find("accepted")[0]["id"]
    assert session.ping()
    s.ada.wait("delivered", SPREAD_S, id=feed.hashes[-1].hex(), peer=s.nina.id)
    assert s.nina.id not in s.quay.states(s.ada, id_), "before anybody went"
    assert not s.ada.find("delivered", id=id_, peer=s.nina.id)


lab.run_test(run_rows)
