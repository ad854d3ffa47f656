using System.Numerics;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>left + right.</summary>
internal readonly struct AddFunction : IBinaryFunction
{
    public Vector<float> Apply(Vector<float> left, Vector<float> right) => left + right;
}

/// <summary>left - right.</summary>
internal readonly struct SubtractFunction : IBinaryFunction
{
    public Vector<float> Apply(Vector<float> left, Vector<float> right) => left - right;
}

/// <summary>left · right.</summary>
internal readonly struct MultiplyFunction : IBinaryFunction
{
    public Vector<float> Apply(Vector<float> left, Vector<float> right) => left * right;
}

/// <summary>factor · x.</summary>
internal readonly struct ScaleFunction(float factor) : IUnaryFunction
{
    public Vector<float> Apply(Vector<float> x) => factor * x;
}

/// <summary>x + summand.</summary>
internal readonly struct AddScalarFunction(float summand) : IUnaryFunction
{
    public Vector<float> Apply(Vector<float> x) => x + new Vector<float>(summand);
}

/// <summary>minuend - x.</summary>
internal readonly struct SubtractFromFunction(float minuend) : IUnaryFunction
{
    public Vector<float> Apply(Vector<float> x) => new Vector<float>(minuend) - x;
}
