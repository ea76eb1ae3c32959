"""The socket between panel and uplink."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import link
from kiosk.link import Arrived, Down, LinkClosed, Publish, Ready, Up, Will


@pytest.fixture
def ends():
    panel, uplink = socket.socketpair()
    with panel, uplink:
        yield link.PanelEnd(panel), link.UplinkEnd(uplink)


@pytest.fixture
def raw():
    """A panel's end, and a bare socket that may send it anything."""
    panel, other = socket.socketpair()
    with panel, other:
        yield link.PanelEnd(panel), other


def test_every_message_arrives_as_it_was_sent(ends):
    panel, uplink = ends
    to_uplink = [Will("t/w", b"\x00will"), Publish("t/p", b"payload", 1, True)]
    to_panel = [Ready(), Up(), Arrived("t/r", b"\xff"), Down()]
    for message in to_uplink:
        panel.send(message)
    for message in to_panel:
        uplink.send(message)
    assert uplink.receive() == to_uplink
    assert panel.receive() == to_panel


def test_nothing_to_read_is_no_message(ends):
    panel, _ = ends
    assert panel.receive() == []


def test_a_large_message_passes_in_pieces(ends):
    panel, uplink = ends
    message = Publish("t", bytes(range(256)) * 1500, 1, False)
    panel.send(message)
    assert panel.wants_write
    received = []
    while not received:
        panel.flush()
        received = uplink.receive()
    assert received == [message]
    assert not panel.wants_write


@given(cuts=st.lists(st.integers(1, 40), max_size=30))
def test_frames_may_be_cut_anywhere(cuts):
    messages = [Ready(), Arrived("topic", b"x" * 50), Up(), Down()]
    panel, other = socket.socketpair()
    with panel, other:
        end, stream, received = link.PanelEnd(panel), _bytes_of(messages), []
        for cut in [*cuts, len(stream)]:
            other.sendall(stream[:cut])
            stream = stream[cut:]
            received += end.receive()
            if not stream:
                break
    assert received == messages


def _bytes_of(messages):
    near, far = socket.socketpair()
    with near, far:
        end = link.UplinkEnd(near)
        for message in messages:
            end.send(message)
        return far.recv(100_000)


def framed(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


READY = b"\x82\xa4type\xa5Ready"  # and one field more, which is to follow
NO_TEXT = b"\x83\xa4type\xa7Arrived\xa5topic\xa1\xff\xa7payload\xc4\x01x"


@pytest.mark.parametrize(
    ("bytes_", "why"),
    [
        (struct.pack(">I", link.MAX_FRAME + 1), "frame of 524289 bytes"),
        (struct.pack(">I", 3) + b"\xc1\xc1\xc1", "not a message for the panel"),
        (struct.pack(">I", 0), "not a message for the panel"),
        (struct.pack(">I", 11) + b"\x81\xa4type\xa4Will", "not a message for the panel"),
        (framed(NO_TEXT), "not a message for the panel"),
        (framed(READY + b"\xa1x" + b"\x91" * 20_000 + b"\xc0"), "not a message for the panel"),
    ],
)
def test_the_panel_hangs_up_on_whoever_does_not_speak_the_language(raw, bytes_, why):
    panel, other = raw
    other.sendall(bytes_)
    with pytest.raises(LinkClosed, match=why):
        panel.receive()


def test_a_closed_connection_is_told(raw):
    panel, other = raw
    other.close()
    with pytest.raises(LinkClosed, match="closed"):
        panel.receive()


def test_an_uplink_that_does_not_read_is_given_up(ends):
    panel, _ = ends
    with pytest.raises(LinkClosed, match="does not read"):
        _send_megabytes(panel, 20)


def _send_megabytes(panel, count):
    for _ in range(4 * count):
        panel.send(Publish("t", bytes(250_000), 1, False))


def test_sending_to_one_who_is_gone_is_told(raw):
    panel, other = raw
    other.close()
    with pytest.raises(LinkClosed):
        panel.send(Publish("t", b"", 1, False))


# ---------------------------------------------------------------- meeting


def test_panel_and_uplink_meet_at_the_socket(tmp_path):
    path = tmp_path / "run" / "panel.sock"
    assert link.call(path) is None
    listener = link.Listener(path)
    assert listener.accept() is None
    uplink = link.call(path)
    panel = listener.accept()
    uplink.send(Ready())
    assert panel.receive() == [Ready()]
    for end in (uplink, panel, listener):
        end.close()
    assert not path.exists()


def test_the_socket_is_for_owner_and_group_only(tmp_path):
    path = tmp_path / "panel.sock"
    listener = link.Listener(path)
    assert path.stat().st_mode & 0o777 == 0o660
    listener.close()


def test_a_socket_left_behind_by_a_killed_panel_is_replaced(tmp_path):
    path = tmp_path / "panel.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    listener = link.Listener(path)
    uplink = link.call(path)
    assert uplink is not None
    uplink.close()
    listener.close()


def test_a_path_that_cannot_be_a_socket_is_told(tmp_path):
    with pytest.raises(link.LinkUnusable, match="cannot meet here"):
        link.Listener(tmp_path / ("x" * 150) / "panel.sock")
