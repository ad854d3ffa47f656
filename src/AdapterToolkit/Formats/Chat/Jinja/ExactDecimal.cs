using System.Globalization;
using System.Numerics;

namespace AdapterToolkit.Formats.Jinja;

/// <summary>Rounds floats to decimal places by their exact values, ties to even, as Python does. .NET rounds ties away from zero.</summary>
internal static class ExactDecimal
{
    /// <summary>No float has more decimal places than these.</summary>
    private const int MostPlaces = 1100;

    /// <summary>A float rounded to decimal places, which may be negative.</summary>
    public static double Round(double value, int places)
    {
        if (!double.IsFinite(value) || value == 0 || places > MostPlaces)
            return value;
        if (places < -400)
            return Math.CopySign(0, value);
        Budget.Charge(Math.Abs(places));
        string digits = Scale(Math.Abs(value), places).ToString(CultureInfo.InvariantCulture);
        return Math.CopySign(double.Parse(string.Create(CultureInfo.InvariantCulture, $"{digits}e{-places}"), CultureInfo.InvariantCulture), value);
    }

    /// <summary>A whole number rounded to decimal places, which matter where they are negative.</summary>
    public static BigInteger Round(BigInteger value, int places)
    {
        if (places >= 0)
            return value;
        if (places < -Numbers.MostBits / 3)
            return BigInteger.Zero;
        Budget.Charge(-places);
        BigInteger unit = BigInteger.Pow(10, -places);
        return RoundedQuotient(value, unit) * unit;
    }

    /// <summary>A finite, not negative float times ten to the power of <paramref name="places"/>, rounded to a whole number.</summary>
    public static BigInteger Scale(double value, int places)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52 & 0x7FF);
        BigInteger numerator = (bits & (1L << 52) - 1) + (exponent > 0 ? 1L << 52 : 0), denominator = BigInteger.One;
        int shift = Math.Max(exponent, 1) - 1075;
        if (shift >= 0)
            numerator <<= shift;
        else
            denominator <<= -shift;
        if (places >= 0)
            numerator *= BigInteger.Pow(10, places);
        else
            denominator *= BigInteger.Pow(10, -places);
        return RoundedQuotient(numerator, denominator);
    }

    private static BigInteger RoundedQuotient(BigInteger numerator, BigInteger denominator)
    {
        BigInteger quotient = BigInteger.DivRem(BigInteger.Abs(numerator), denominator, out BigInteger rest);
        int order = (rest * 2).CompareTo(denominator);
        if (order > 0 || (order == 0 && !quotient.IsEven))
            quotient++;
        return numerator.Sign < 0 ? -quotient : quotient;
    }
}
