namespace AdapterToolkit.Tests.Support;

/// <summary>A clock that stands still, in a time zone without an offset.</summary>
public sealed class FixedClock(DateTime now) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => new(now, TimeSpan.Zero);
}
