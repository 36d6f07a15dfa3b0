#!/usr/bin/python3
"""Who may decide what in a group, tried by people who keep to no rule: operations that are
malformed, forged, out of place, or not theirs to write. No roster changes but by what is valid."""

import os

from groups import SPREAD_S, Group
from hostile import (ADD, CREATE, DEMOTE, HISTORY, LEAVE, OPERATION, PROMOTE, REMOVE, RENAME,
                     ROSTER, ZEROS, Person, Session, create_body, cut, name, operation, operation_hash,
                     raw_id, roster, u8, u16)
from lan import wait_until
from stage import (DECIDED, FORGED, MALFORMED, MALLORY, NINA, NOT_VALID, OLGA, PASSED_OVER, REX,
                   VERA, XENIA, Made, Then, row, run_rows, sends)
import lab

BAD_NAMES = (("empty", b""), ("of 65 bytes", b"x" * 65), ("that is not UTF-8", b"\xff"),
             ("of overlong UTF-8", b"\xc0\xaf"), ("with a zero byte", b"a\0b"))
petra = Person("p" * 64)  # never seen, only spoken of


def tries(title, then, who, kind, body, author=None, parent=None, group_id=None, **how):
    """An operation on the head, signed by who. body, author, parent: as they are, or how to get
    them from the stage."""
    def made(s):
        actor, group = (getattr(s, name_) for name_ in who)
        of_author, of_parent = (it(s) if it else None for it in (author, parent))
        return OPERATION, operation(of_author or actor, group_id or group.raw,
                                    of_parent or group.head, kind,
                                    body(s) if callable(body) else body, signer=actor, **how)
    sends(title, then, made, who)


def decides(title, kind, body):
    sends(title, DECIDED, lambda s: s.veras.decide(kind, body), VERA)


def creates(title, then, body, group=ZEROS, parent=ZEROS, **how):
    sends(title, then, lambda s: (OPERATION, operation(s.vera, group, parent, CREATE, body(s),
                                                       **how)), VERA)


def both(s):
    return [s.persons["Ada"], s.persons["Bea"]]


def strangers(count):
    return [Person(f"nobody {n}").person() for n in range(count)]


# ---- done rightly, so that what follows fails for its one fault ----

decides("a name of 64 bytes", RENAME, name(b"x" * 64))
decides("a name of one", RENAME, name(b"v"))
decides("somebody is added", ADD, petra.person())
decides("and removed, with a cut of 1 024", REMOVE,
        petra.raw_id + cut(*[(n, n) for n in range(1024)]))
decides("history is all", HISTORY, u8(1))
decides("and none", HISTORY, u8(0))

# ---- malformed ----

for what, text in BAD_NAMES:
    tries(f"a rename to a name {what}", MALFORMED, VERA, RENAME, name(text))
    tries(f"somebody with a name {what}", MALFORMED, VERA, ADD,
          petra.x25519 + petra.ed25519 + name(text))
    creates(f"a group with a name {what}", MALFORMED,
            lambda s, text=text: create_body(text, s.vera.person(), both(s)))
tries("a name longer than the operation", MALFORMED, VERA, RENAME, u8(70) + b"short")
tries("a byte behind the name", MALFORMED, VERA, RENAME, name(b"x") + b"\0")
tries("half a person", MALFORMED, VERA, ADD, petra.person()[:60])
tries("half an id", MALFORMED, VERA, PROMOTE, petra.raw_id[:16])
tries("history 2", MALFORMED, VERA, HISTORY, u8(2))
tries("no history", MALFORMED, VERA, HISTORY, b"")
tries("type 0", MALFORMED, VERA, 0, b"")
tries("type 9", MALFORMED, VERA, 9, name(b"x"))
tries("type 255", MALFORMED, VERA, 255, b"")
tries("a cut that does not ascend", MALFORMED, VERA, REMOVE,
      lambda s: raw_id(s.bea.id) + cut((2, 1), (1, 1)))
tries("a cut with a feed twice", MALFORMED, VERA, REMOVE,
      lambda s: raw_id(s.bea.id) + cut((1, 1), (1, 2)))
tries("a cut of 1 025", MALFORMED, VERA, REMOVE,
      lambda s: raw_id(s.bea.id) + cut(*[(n, n) for n in range(1025)]))
tries("a cut shorter than it says", MALFORMED, VERA, REMOVE,
      lambda s: raw_id(s.bea.id) + u16(2) + cut((1, 1))[2:])
tries("a leave with a cut that does not ascend", MALFORMED, VERA, LEAVE, cut((2, 1), (1, 1)))
tries("20 001 bytes", MALFORMED, VERA, RENAME, name(b"x") + bytes(20001 - 137 - 2 - 64))
tries("an operation of group zero and on nothing", MALFORMED, VERA, RENAME, name(b"x"),
      parent=lambda s: ZEROS)
sends("an operation of no bytes", MALFORMED, lambda s: (OPERATION, b""), VERA)
sends("an operation without its last byte", MALFORMED,
      lambda s: (OPERATION, s.veras.try_(RENAME, name(b"x"))[1][:-1]), VERA)
sends("an operation of group zero", MALFORMED,
      lambda s: (OPERATION, operation(s.vera, ZEROS, s.veras.head, RENAME, name(b"x"))), VERA)
creates("a group with history 2", MALFORMED,
        lambda s: create_body(b"x", s.vera.person(), both(s), history=2))
creates("a group made by somebody else", MALFORMED,
        lambda s: create_body(b"x", s.persons["Bea"], both(s)[:1]))
creates("a group with somebody in it twice", MALFORMED,
        lambda s: create_body(b"x", s.vera.person(), both(s) + both(s)[:1]))
creates("a group with its creator in it twice", MALFORMED,
        lambda s: create_body(b"x", s.vera.person(), both(s) + [s.vera.person(b"Varvara")]))
creates("a group of 129", MALFORMED,
        lambda s: create_body(b"x", s.vera.person(), both(s) + strangers(126)))
creates("a group of more people than stand there", MALFORMED,
        lambda s: create_body(b"x", s.vera.person(), both(s)).replace(
            u8(2) + s.persons["Ada"], u8(3) + s.persons["Ada"]))
creates("a group that has a group", MALFORMED,
        lambda s: create_body(b"x", s.vera.person(), both(s)), group=os.urandom(32))
creates("a group that has a parent", MALFORMED,
        lambda s: create_body(b"x", s.vera.person(), both(s)), parent=os.urandom(32))
creates("a group that repeats something", MALFORMED,
        lambda s: create_body(b"x", s.vera.person(), both(s)), again=os.urandom(32))

# ---- forged ----

tries("an operation in Ada's name", FORGED, MALLORY, PROMOTE, lambda s: s.mallory.raw_id,
      author=lambda s: raw_id(s.ada.id))
tries("a leave in Bea's name", FORGED, MALLORY, LEAVE, cut(), author=lambda s: raw_id(s.bea.id))
tries("a signature of a head", FORGED, VERA, RENAME, name(b"x"), domain="lanthorn/head/1")
tries("a signature of a receipt", FORGED, VERA, RENAME, name(b"x"), domain="lanthorn/receipt/1")
sends("a signature with one bit changed", FORGED,
      lambda s: (OPERATION, flip(s.veras.try_(RENAME, name(b"x"))[1], -40)), VERA)
sends("an operation with one bit changed", FORGED,
      lambda s: (OPERATION, flip(s.veras.try_(RENAME, name(b"xyz"))[1], 139)), VERA)
sends("an operation of another group", FORGED,
      lambda s: (OPERATION, s.veras.raw + s.veras.head
                 + s.known.operations[s.quay.head][64:]), VERA)
sends("a group in Bea's name", FORGED,
      lambda s: (OPERATION, operation(raw_id(s.bea.id), ZEROS, ZEROS, CREATE,
                                      create_body(b"x", s.persons["Bea"], both(s)[:1]),
                                      signer=s.vera)), VERA)


def flip(bytes_, at):
    changed = bytearray(bytes_)
    changed[at] ^= 1
    return bytes(changed)


# ---- not theirs to decide, or not possible ----

for who, what in ((MALLORY, "a member"), (REX, "an ex-member"), (XENIA, "an ex-admin"),
                  (NINA, "a newcomer"), (OLGA, "an outsider")):
    tries(f"{what} adds herself", NOT_VALID, who, ADD,
          lambda s, who=who: getattr(s, who[0]).person())
    tries(f"{what} adds a friend", NOT_VALID, who, ADD, petra.person())
    tries(f"{what} promotes herself", NOT_VALID, who, PROMOTE,
          lambda s, who=who: getattr(s, who[0]).raw_id)
    tries(f"{what} promotes somebody", NOT_VALID, who, PROMOTE, lambda s: raw_id(s.bea.id))
    tries(f"{what} removes somebody", NOT_VALID, who, REMOVE, lambda s: raw_id(s.bea.id) + cut())
    tries(f"{what} removes the only admin", NOT_VALID, who, REMOVE,
          lambda s: raw_id(s.ada.id) + cut())
    tries(f"{what} demotes the only admin", NOT_VALID, who, DEMOTE, lambda s: raw_id(s.ada.id))
    tries(f"{what} renames it", NOT_VALID, who, RENAME, name(b"mine"))
    tries(f"{what} opens its history", NOT_VALID, who, HISTORY, u8(1))
tries("an ex-member leaves", NOT_VALID, REX, LEAVE, cut())
tries("an outsider leaves", NOT_VALID, OLGA, LEAVE, cut())
tries("an ex-member decides where he was a member", NOT_VALID, REX, ADD, petra.person(),
      parent=lambda s: s.quay.raw)
tries("a newcomer decides where she was none", NOT_VALID, NINA, RENAME, name(b"mine"),
      parent=lambda s: s.quay.raw)
tries("a newcomer leaves where she was none", NOT_VALID, NINA, LEAVE, cut(),
      parent=lambda s: s.quay.raw)
tries("a member leaves by removing herself", NOT_VALID, MALLORY, REMOVE,
      lambda s: s.mallory.raw_id + cut())
tries("the admin adds who is in it", NOT_VALID, VERA, ADD, lambda s: s.persons["Bea"])
tries("the admin adds who is in it under another name", NOT_VALID, VERA, ADD,
      lambda s: s.persons["Bea"][:64] + name(b"Beatrice"))
tries("the admin removes who is not in it", NOT_VALID, VERA, REMOVE, petra.raw_id + cut())
tries("the admin removes herself", NOT_VALID, VERA, REMOVE, lambda s: s.vera.raw_id + cut())
tries("the admin promotes who is one", NOT_VALID, VERA, PROMOTE, lambda s: s.vera.raw_id)
tries("the admin promotes who is not in it", NOT_VALID, VERA, PROMOTE, petra.raw_id)
tries("the admin demotes who is none", NOT_VALID, VERA, DEMOTE, lambda s: raw_id(s.bea.id))
tries("the last admin demotes herself", NOT_VALID, VERA, DEMOTE, lambda s: s.vera.raw_id)
tries("the last admin leaves", NOT_VALID, VERA, LEAVE, cut())

# ---- known, or out of place ----

sends("the create twice", PASSED_OVER, lambda s: (OPERATION, s.veras.create), VERA)
sends("an operation twice", PASSED_OVER,
      lambda s: (OPERATION, s.known.operations[s.quay.head]))
tries("an operation of a group that is not known", PASSED_OVER, VERA, RENAME, name(b"x"),
      group_id=os.urandom(32))


@row("an operation on a parent nobody knows", PASSED_OVER, VERA)
def _(s, session):
    mark = session.mark()
    session.send(s.veras.try_(RENAME, name(b"x"), parent=os.urandom(32)))
    asked = session.wait(ROSTER, mark, s.veras.raw)
    assert asked[32] == 0, "asks what is before it"


@row("an operation two epochs ahead, and then the one between", DECIDED, VERA)
def _(s, session):
    """What has no parent here is not kept for later."""
    between = s.veras.decide(RENAME, name(b"between"))
    session.send(s.veras.try_(RENAME, name(b"ahead")), between)
    s.veras.is_at(s.nodes, lambda told: told["name"] == "between", "one epoch on")


@row("a group without the two, and what is decided in it", PASSED_OVER, VERA)
def _(s, session):
    group, create = elsewhere(s.vera)
    session.send(create, (OPERATION, operation(s.vera, group, group, RENAME, name(b"x"))))


def elsewhere(creator):
    made = operation(creator, ZEROS, ZEROS, CREATE,
                     create_body(b"elsewhere", creator.person(), strangers(2)))
    return operation_hash(made), (OPERATION, made)


@row("twenty groups without the two, and then Bea's", DECIDED, OLGA)
def _(s, session):
    """Who tells of one group after another takes no room from others."""
    session.send(*[elsewhere(s.olga)[1] for _ in range(20)])
    assert session.ping()
    made = s.bea.do("group.create", name="beas", members=[])["group"]["id"]
    s.bea.do("group.add", group=made, member=s.ada.id)
    wait_until(lambda: made in {g["id"] for g in s.ada.do("groups")["groups"]}, SPREAD_S,
               "Ada is in it")


# ---- what an admin may do, and may not by it ----

@row("an ex-admin decides where she was one", PASSED_OVER, XENIA)
def _(s, session):
    """On an old parent that is valid, and held; but Ada, who removed her, is the more senior."""
    session.send((OPERATION, operation(s.xenia, s.quay.raw, s.once_head, ADD, petra.person())))


def check_forked(s, group, author, height):
    for node in s.nodes:
        told = node.wait("fork", SPREAD_S, s.marks[node])
        assert (told["conversation"], told["from"], told["number"], told["roster"]) == (
            group.id, author.id, height, True), told


@row("an ex-admin decides twice there", Then(tells=["fork"]), XENIA)
def _(s, session):
    session.send((OPERATION, operation(s.xenia, s.quay.raw, s.once_head, RENAME, name(b"x"))))
    check_forked(s, s.quay, s.xenia, 3)


@row("an admin says two things at one time", Then(tells=["fork", "group"], changes=True), VERA)
def _(s, session):
    """The lower hash counts, whichever came first; both are told of."""
    height = s.veras.at(s.ada)["epoch"] + 1
    texts = [name(b"heads"), name(b"tails")]
    made = sorted((s.veras.try_(RENAME, text) for text in texts),
                  key=lambda m: operation_hash(m[1]))
    session.send(made[1], made[0])
    s.veras.head = operation_hash(made[0][1])
    check_forked(s, s.veras, s.vera, height)
    called = made[0][1][138:143].decode()
    s.veras.is_at(s.nodes, lambda group: group["name"] == called, called)


@row("`again` of what somebody else decided", Then(tells=["group"], changes=True), VERA)
def _(s, session):
    """It does not keep them from saying it again."""
    session.send(s.veras.decide(PROMOTE, raw_id(s.ada.id)))
    s.veras.is_at([s.ada], lambda group: s.ada.id in
                  {m["id"] for m in group["members"] if m["admin"]}, "Ada is an admin")
    mark = session.mark()
    s.ada.do("group.add", group=s.veras.id, member=s.olga.id)
    added = session.wait(OPERATION, mark, s.veras.raw)
    session.send(s.veras.decide(RENAME, name(b"no Olga"), again=operation_hash(added)))
    s.veras.is_at(s.nodes, lambda group: group["name"] == "no Olga" and s.olga.id in
                  {m["id"] for m in group["members"]}, "Olga is in it all the same")
    again = [m for m in session.find(OPERATION, mark, s.veras.raw)
             if m[104:136] == operation_hash(added)]
    s.veras.head = operation_hash(again[0])


@row("64 leaves for Ada and 64 others for Bea",
     Then(tells=["fork", "group"], may=["warning"], changes=True, free=["limit"]))
def _(s, session):
    """She goes in all of them, and they go on with the same one."""
    ferry = Group(s.ada, "ferry", (s.bea, s.mallory), (s.bea,))
    to_bea = Session(s.mallory, s.bea.host.ipv4)
    raw = bytes.fromhex(ferry.id)
    for at, to in ((0, session), (64, to_bea)):
        to.send(*[(OPERATION, operation(s.mallory, raw, raw, LEAVE, cut((n, n))))
                  for n in range(at, at + 64)])
        assert to.ping()
    to_bea.close()
    s.say(s.ada, "has she left?", ferry)
    s.ada.do("group.rename", group=ferry.id, name="barge")
    ferry.is_at(s.nodes, lambda told: told["name"] == "barge" and len(told["members"]) == 2,
                "the two of them go on")
    s.say(s.bea, "she has", ferry)


@row("a group of 128, and one more", Then(not_in_the_roster=1, tells=["group"], changes=True),
     VERA)
def _(s, session):
    full = Made(s.vera, b"full", s.nodes, both(s) + strangers(125))
    session.send(full.try_(ADD, petra.person()))
    assert session.ping()
    for node in s.nodes:
        assert len(full.at(node)["members"]) == 128, node.name


# ---- ROSTER ----

sends("a ROSTER of 513", MALFORMED,
      lambda s: roster(s.quay.raw, *[os.urandom(32) for _ in range(513)]))
sends("a ROSTER with half a hash", MALFORMED, lambda s: roster(s.quay.raw, os.urandom(16)))
sends("a ROSTER without flags", MALFORMED, lambda s: (ROSTER, s.quay.raw))
sends("a ROSTER of half a group", MALFORMED, lambda s: (ROSTER, s.quay.raw[:16]))


@row("a ROSTER of 512 hashes nobody knows", PASSED_OVER)
def _(s, session):
    mark = session.mark()
    session.send(roster(s.quay.raw, *[os.urandom(32) for _ in range(512)]))
    assert session.wait(ROSTER, mark, s.quay.raw)[32] == 1, "an answer"


@row("an answer of hashes nobody knows", PASSED_OVER)
def _(s, session):
    mark = session.mark()
    session.send(roster(s.quay.raw, os.urandom(32), flags=1))
    assert session.ping() and not session.find(ROSTER, mark, s.quay.raw), "is not answered"


@row("a ROSTER of a group nobody knows", PASSED_OVER)
def _(s, session):
    mark, unknown = session.mark(), os.urandom(32)
    session.send(roster(unknown, os.urandom(32)))
    assert session.wait(ROSTER, mark, unknown) == unknown + u8(1), "I hold nothing"


@row("an outsider asks for everything", PASSED_OVER, OLGA)
def _(s, session):
    mark = session.mark()
    session.send(roster(s.quay.raw), roster(s.quay.raw, flags=1), roster(s.quay.raw, s.quay.raw))
    assert session.ping() and not session.find(OPERATION, mark), "gets no operation"


@row("an ex-member asks for everything", PASSED_OVER, REX)
def _(s, session):
    """He gets what was decided up to his removal."""
    mark = session.mark()
    session.send(roster(s.quay.raw, flags=1))
    assert session.ping()
    got = session.find(OPERATION, mark)
    assert [made[136] for made in got] == [CREATE, PROMOTE, REMOVE], [m[136] for m in got]
    assert got[-1][137:169] == s.rex.raw_id


lab.run_test(run_rows)
