"""Which errors of a database may go away by themselves."""

import re
import sqlite3
from collections.abc import Iterator

import psycopg
import pymysql
from adbc_driver_manager import dbapi
from django.db.utils import Error as DjangoError

_PASSING_STATES = frozenset(
    {
        "08000",  # connection exception
        "08001",  # connection could not be established
        "08003",  # connection does not exist
        "08006",  # connection failure
        "25P03",  # idle in a transaction for too long
        "40001",  # serialization failure, or in the way of a standby's recovery
        "40003",  # statement completion unknown
        "40P01",  # deadlock
        "53300",  # too many connections
        "55P03",  # lock not available
        "57P01",  # shut down, or terminated, by an administrator
        "57P02",  # shut down after a crash
        "57P03",  # starting up, or shutting down
        "57P05",  # idle for too long
    }
)

_PASSING_CODES = frozenset(
    {
        1040,  # too many connections
        1053,  # the server is shutting down
        1152,  # the server gave the connection up
        1158,  # network errors: reading,
        1159,  # reading in time,
        1160,  # writing,
        1161,  # writing in time
        1203,  # too many connections of this user
        1205,  # lock wait timeout
        1213,  # deadlock
        1226,  # too many connections or queries of this user for now
        1317,  # interrupted by KILL
        1927,  # the connection was killed
        2002,  # cannot connect through a socket,
        2003,  # through TCP
        2006,  # the server has gone away
        2013,  # connection lost during a query
        2055,  # connection lost by the system
        4031,  # idle for too long
    }
)

# Errors while connecting, and between the rows of an answer, come as texts only.
_PASSING_TEXTS = re.compile(
    r"connection refused|connection reset|broken pipe|connection timed out|connection timeout|timeout expired"
    r"|no route to host|network is unreachable|temporary failure in name resolution"
    r"|is the server running locally"
    r"|server closed the connection unexpectedly|no connection to the server|the connection is (closed|lost)"
    r"|could not (receive data from|send data to) server|ssl connection has been closed unexpectedly|ssl syscall error"
    r"|lost connection|unexpected eof|consuming input failed"
    r"|the database system is (starting up|shutting down|in recovery mode|not yet accepting connections)"
    r"|terminating connection (due to|because of)|canceling statement due to (conflict with recovery|lock timeout)"
    r"|too many clients|too many connections|remaining connection slots are reserved"
    r"|deadlock detected|could not serialize access"
    r"|database (table )?is locked|database schema is locked",
    re.IGNORECASE,
)
# The time that a statement was given is over: it would be so again.
_TOO_SLOW_TEXTS = re.compile(r"read operation timed out|\(timed out\)|statement timeout", re.IGNORECASE)
_NAME_UNKNOWN_TEXTS = re.compile(r"name or service not known|nodename nor servname", re.IGNORECASE)


def is_passing(error: BaseException) -> bool:
    """Whether a database error, or the one that caused this error, may go away when the same is tried again later.

    So it is with a server that restarts, refuses or loses connections or has too many, with deadlocks and locks held by
    others; not with wrong SQL, missing tables, refused rights or passwords, a full disk, or a statement that took
    longer than it may. Errors of no database are not passing.
    """
    return any(_is_passing(one) for one in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__


def _is_passing(error: BaseException) -> bool:
    if isinstance(error, pymysql.MySQLError):
        return _is_passing_mysql(error)
    if isinstance(error, psycopg.Error | dbapi.Error):
        state = getattr(error, "sqlstate", None)
        return state in _PASSING_STATES if state else _is_passing_text(str(error))
    if isinstance(error, sqlite3.Error):
        return _is_passing_text(str(error))
    # Django's own errors only wrap; one without a cause is about a connection that is closed.
    return isinstance(error, DjangoError) and error.__cause__ is None and _is_passing_text(str(error))


def _is_passing_mysql(error: pymysql.MySQLError) -> bool:
    code = error.args[0] if error.args else None
    if _TOO_SLOW_TEXTS.search(str(error)) and code != 2003:
        return False
    if code in (0, None, ""):
        # PyMySQL says so of a connection that was lost before: InterfaceError(0, '').
        return isinstance(error, pymysql.InterfaceError)
    return code in _PASSING_CODES and not _NAME_UNKNOWN_TEXTS.search(str(error))


def _is_passing_text(text: str) -> bool:
    return bool(_PASSING_TEXTS.search(text)) and not _TOO_SLOW_TEXTS.search(text)
