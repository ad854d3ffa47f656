using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

/// <summary>Arithmetic of tensors, element by element, as C# writes it. Each operator stands for one of <see cref="Op"/>.</summary>
public static class TensorArithmetic
{
    extension(Tensor)
    {
        /// <inheritdoc cref="Op.Add"/>
        public static Tensor operator +(Tensor left, Tensor right) => Op.Add(left, right);

        /// <inheritdoc cref="Op.AddScalar"/>
        public static Tensor operator +(Tensor x, float summand) => Op.AddScalar(x, summand);

        /// <inheritdoc cref="Op.AddScalar"/>
        public static Tensor operator +(float summand, Tensor x) => Op.AddScalar(x, summand);

        /// <inheritdoc cref="Op.Subtract"/>
        public static Tensor operator -(Tensor left, Tensor right) => Op.Subtract(left, right);

        /// <summary>x - subtrahend, element by element.</summary>
        /// <param name="x">A tensor.</param>
        /// <param name="subtrahend">The number to subtract from each element.</param>
        public static Tensor operator -(Tensor x, float subtrahend) => Op.AddScalar(x, -subtrahend);

        /// <summary>minuend - x, element by element.</summary>
        /// <param name="minuend">The number to subtract each element from.</param>
        /// <param name="x">A tensor.</param>
        public static Tensor operator -(float minuend, Tensor x) => Op.SubtractFrom(minuend, x);

        /// <inheritdoc cref="Op.Negate"/>
        public static Tensor operator -(Tensor x) => Op.Negate(x);

        /// <inheritdoc cref="Op.Multiply"/>
        public static Tensor operator *(Tensor left, Tensor right) => Op.Multiply(left, right);

        /// <inheritdoc cref="Op.Scale"/>
        public static Tensor operator *(Tensor x, float factor) => Op.Scale(x, factor);

        /// <inheritdoc cref="Op.Scale"/>
        public static Tensor operator *(float factor, Tensor x) => Op.Scale(x, factor);

        /// <summary>x / divisor, element by element.</summary>
        /// <param name="x">A tensor.</param>
        /// <param name="divisor">The number to divide each element by.</param>
        public static Tensor operator /(Tensor x, float divisor) => Op.Scale(x, 1 / divisor);
    }
}
