"""Sends what is planned, in order within a place. A crash or an unclear answer never repeats a message."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Connection

from bot.delivery.composing import closing, outgoing
from bot.delivery.ledger import FAILED, SENT, UNCLEAR, Delivery, Ledger
from bot.delivery.planning import Planning
from bot.delivery.port import Channel, Channels, Sent
from core.clock import Clock
from core.conversation import ConversationRef
from core.database import Database
from core.errors import Conflict, NotFound, NotSent, RapportError, Refused, Unclear

LONGEST_CALL_S, LONGEST_LOOK_S = 30.0, 20.0
"""Together less than after which a message counts as left behind by a process that ended."""
LOOK_S = 1.0


def _nobody(_channel: str, _outcome: str) -> None:
    """Is told nothing."""


@dataclass
class Deliverer:
    """Runs until it is stopped. `wall` is the clock of sending; `told` hears by channel what came of each try."""

    database: Database
    ledger: Ledger
    planning: Planning
    channels: Channels
    wall: Clock
    told: Callable[[str, str], None] = _nobody
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _stopped: bool = False
    _serving: dict[ConversationRef, asyncio.Task[None]] = field(default_factory=dict[ConversationRef, "asyncio.Task[None]"])

    async def run(self) -> None:
        """Looks whenever it is nudged, and once a second."""
        self._loop = asyncio.get_running_loop()
        while not self._stopped:
            try:
                await self.round()
            except RapportError as error:
                structlog.get_logger("delivery").warning("delivery.round_failed", code=error.code)
            except Exception as error:  # noqa: BLE001 - the outermost edge: whatever broke, the next round is taken
                structlog.get_logger("delivery").error("delivery.round_broke", exc_info=error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_S)
            self._woken.clear()

    def nudge(self, _lane: str = "") -> None:
        """Has it look at once; may be called from any thread."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._woken.set)

    async def stop(self) -> None:
        """Ends, and lets what is being sent come to its end for a few seconds."""
        self._stopped = True
        self.nudge()
        tasks = list(self._serving.values())
        if tasks:
            await asyncio.wait(tasks, timeout=5)

    async def settle(self) -> None:
        """Does everything that is due now, to the end."""
        await self.round()
        while self._serving:
            await asyncio.gather(*self._serving.values())
            await asyncio.sleep(0)

    async def round(self) -> None:
        """Plans what is new, takes up what was left behind, and starts on every place where something is due."""
        now = self.wall.now()
        for tenant, conversation_id in await self.database.read(self.planning.behind):
            with suppress(Conflict):
                await self.database.write(
                    lambda conn, tenant=tenant, id=conversation_id: self.planning.plan(conn, tenant, id, now)
                )
        for left in await self.database.read(lambda conn: self.ledger.left_behind(conn, now)):
            if left.ref not in self._serving:
                await self._take_up(left)
        for ref in await self.database.read(lambda conn: self.ledger.places(conn, now)):
            if ref.channel in self.channels and ref not in self._serving:
                task = asyncio.create_task(self._serve(ref), name=f"deliver {ref.lane}")
                self._serving[ref] = task
                task.add_done_callback(lambda _done, ref=ref: self._serving.pop(ref, None))

    async def _serve(self, ref: ConversationRef) -> None:
        channel = self.channels[ref.channel]
        while True:
            now = self.wall.now()
            delivery = await self.database.read(lambda conn: self.ledger.next_in(conn, ref))
            if delivery is None or delivery.due_at > now or not await self._one(channel, delivery):
                break
        now = self.wall.now()
        for each in await self.database.read(lambda conn: self.ledger.closing_in(conn, ref, now)):
            await self._close(channel, each)

    async def _one(self, channel: Channel, delivery: Delivery) -> bool:
        """Tries one message. Whether the next one may follow now."""

        def begin(conn: Connection) -> bool:
            return self.ledger.begin(conn, delivery, self.wall.now())

        if not await self.database.write(begin):
            return False
        message = await self.database.read(lambda conn: outgoing(conn, self.planning.threads, delivery))
        if message is None:
            await self._settled(delivery, Sent(message_id=""))
            return True
        try:
            async with asyncio.timeout(LONGEST_CALL_S):
                sent = await channel.send(message)
        except NotSent as error:
            await self._later(delivery, error)
            return False
        except Refused as error:
            await self._failed(delivery, error.message)
        except Unclear as error:
            await self._unclear(channel, delivery, error.message)
        except TimeoutError:
            await self._unclear(channel, delivery, "The channel didn't answer in time.")
        except Exception as error:  # noqa: BLE001 - the outermost edge: nobody knows how far an adapter came
            structlog.get_logger("delivery").error("delivery.broke", delivery_id=delivery.id, exc_info=error)
            await self._unclear(channel, delivery, "The channel's adapter broke off: see the log.")
        else:
            await self._settled(delivery, sent)
        return True

    async def _later(self, delivery: Delivery, error: NotSent) -> None:
        """It was certainly not sent."""
        self.told(delivery.ref.channel, "later")
        now = self.wall.now()
        await self._write(lambda conn: self.ledger.again_later(conn, delivery, error.message, now, error.retry_after_s))

    async def _failed(self, delivery: Delivery, why: str) -> None:
        self.told(delivery.ref.channel, FAILED)
        self._log(delivery, "delivery.failed", why)
        await self._write(lambda conn: self.ledger.failed(conn, delivery, why, self.wall.now()))

    async def _unclear(self, channel: Channel, delivery: Delivery, why: str) -> None:
        """Nobody knows: unless the channel itself shows that it arrived, it waits for a person."""
        with suppress(NotFound):
            found = await self._find(channel, delivery)
            if found is not None:
                await self._settled(delivery, found)
                return
        self.told(delivery.ref.channel, UNCLEAR)
        self._log(delivery, "delivery.unclear", why)
        await self._write(lambda conn: self.ledger.unclear(conn, delivery, why, self.wall.now()))

    async def _take_up(self, delivery: Delivery) -> None:
        """A process ended while it sent this: it is sent again only where the channel shows that it isn't there."""
        channel = self.channels.get(delivery.ref.channel)
        if channel is None:
            return
        try:
            found = await self._find(channel, delivery)
        except NotFound:
            await self._write(lambda conn: self.ledger.put_back(conn, delivery, self.wall.now()))
            return
        if found is not None:
            await self._settled(delivery, found)
        else:
            why = "Rapport ended while this was being sent."
            self.told(delivery.ref.channel, UNCLEAR)
            await self._write(lambda conn: self.ledger.unclear(conn, delivery, why, self.wall.now()))

    async def _find(self, channel: Channel, delivery: Delivery) -> Sent | None:
        """What the channel shows of a message; None when that can't be told. Raises `NotFound` when it certainly isn't there."""
        try:
            async with asyncio.timeout(LONGEST_LOOK_S):
                return await channel.find(delivery.ref, delivery.id)
        except NotFound:
            raise
        except (RapportError, TimeoutError):
            return None
        except Exception as error:  # noqa: BLE001 - the outermost edge: an adapter that breaks tells nothing
            structlog.get_logger("delivery").error("delivery.not_looked_for", delivery_id=delivery.id, exc_info=error)
            return None

    async def _close(self, channel: Channel, delivery: Delivery) -> None:
        card = await self.database.read(lambda conn: closing(conn, self.planning.threads, delivery))
        if card is not None:
            try:
                async with asyncio.timeout(LONGEST_CALL_S):
                    await channel.close_card(card)
            except (NotSent, Unclear, TimeoutError) as error:
                pause = error.retry_after_s if isinstance(error, NotSent) else None
                await self._write(lambda conn: self.ledger.card_later(conn, delivery, self.wall.now(), pause))
                return
            except Refused as error:
                self._log(delivery, "delivery.card_refused", error.message)
            except Exception as error:  # noqa: BLE001 - the outermost edge: a card that can't be laid out holds nothing up
                structlog.get_logger("delivery").error("delivery.card_broke", delivery_id=delivery.id, exc_info=error)
        await self._write(lambda conn: self.ledger.card_closed(conn, delivery))

    async def _settled(self, delivery: Delivery, sent: Sent) -> None:
        self.told(delivery.ref.channel, SENT)
        await self._write(lambda conn: self.ledger.sent(conn, delivery, sent, self.wall.now()))

    async def _write(self, write: Callable[[Connection], None]) -> None:
        await self.database.write(write)

    def _log(self, delivery: Delivery, what: str, why: str) -> None:
        structlog.get_logger("delivery").warning(what, delivery_id=delivery.id, channel=delivery.ref.channel, why=why)
