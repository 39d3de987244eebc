"""The companies that run on this installation, each with the region in which its data must stay."""

from sqlalchemy import Column, Connection, String, Table, insert, select

from core.database import metadata
from core.errors import Conflict, NotFound
from core.people import Tenant

tenants = Table(
    "tenants",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("region", String(64), nullable=False),
)


def register(conn: Connection, tenant: Tenant) -> None:
    """Makes a tenant known. Doing so again is no change; another region is a `Conflict`."""
    region = conn.execute(select(tenants.c.region).where(tenants.c.id == tenant.id)).scalar()
    if region is None:
        conn.execute(insert(tenants).values(id=tenant.id, region=tenant.region))
    elif region != tenant.region:
        raise Conflict(
            f"Tenant {tenant.id} is kept in {region}, not in {tenant.region}: correct the region, or move its data first.",
            tenant=tenant.id,
        )


def find(conn: Connection, tenant_id: str) -> Tenant:
    """The tenant of that id. Raises `NotFound`."""
    region = conn.execute(select(tenants.c.region).where(tenants.c.id == tenant_id)).scalar()
    if region is None:
        raise NotFound(f"There is no tenant {tenant_id}: register it first.", tenant=tenant_id)
    return Tenant(id=tenant_id, region=region)
